using System.Diagnostics.CodeAnalysis;

namespace FastCore.Tests.Rings;

/// <summary>What all queues between threads can do, so that each test is written once and every one goes through it.</summary>
internal interface IQueue<T>
{
    bool IsEmpty { get; }

    bool TryEnqueue(T item);

    bool TryDequeue([MaybeNullWhen(false)] out T item);
}

/// <summary>What the bounded ones can do besides.</summary>
internal interface IRing<T> : IQueue<T>
{
    int Capacity { get; }

    int Count { get; }

    bool IsFull { get; }

    int TryEnqueue(ReadOnlySpan<T> items);

    int TryDequeue(Span<T> items);
}
