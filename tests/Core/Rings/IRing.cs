using System.Diagnostics.CodeAnalysis;

namespace FastCore.Tests.Rings;

/// <summary>What all rings can do, so that each test is written once and every ring goes through it.</summary>
internal interface IRing<T>
{
    int Capacity { get; }

    int Count { get; }

    bool IsEmpty { get; }

    bool IsFull { get; }

    bool TryEnqueue(T item);

    bool TryDequeue([MaybeNullWhen(false)] out T item);

    int TryEnqueue(ReadOnlySpan<T> items);

    int TryDequeue(Span<T> items);
}
