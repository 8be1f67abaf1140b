using FastCore.Net.Tests.Transport;

namespace FastCore.Net.Tests.Simulation;

/// <summary>What a far end says, and what it should be told.</summary>
internal interface IPeerScript
{
    long Length { get; }

    /// <summary>After so many bytes of answer nothing more is expected.</summary>
    long AnswerLength { get; }

    void Fill(Span<byte> data, long offset);

    /// <summary>Throws <see cref="InvalidDataException"/> if this is not the answer from <paramref name="offset"/> on.</summary>
    void Verify(ReadOnlySpan<byte> answer, long offset);
}

/// <summary>A stream that should come back as it is.</summary>
internal sealed class EchoScript(long length) : IPeerScript
{
    public long Length => length;

    public long AnswerLength => length;

    public void Fill(Span<byte> data, long offset) => Pattern.Fill(data, offset);

    public void Verify(ReadOnlySpan<byte> answer, long offset) => Pattern.Verify(answer, offset);
}

/// <summary>Bytes to be said, with the answer that they should get; or, where that is not known, with a place to note it.</summary>
internal sealed class FixedScript(byte[] said, byte[]? answer) : IPeerScript
{
    /// <summary>The answer, where it was not known before.</summary>
    public List<byte> Noted { get; } = [];

    public long Length => said.Length;

    public long AnswerLength => answer?.Length ?? 0;

    public void Fill(Span<byte> data, long offset) => said.AsSpan((int)offset, data.Length).CopyTo(data);

    public void Verify(ReadOnlySpan<byte> given, long offset)
    {
        if (answer == null)
        {
            Noted.AddRange(given);
            return;
        }
        if (offset + given.Length > answer.Length || !given.SequenceEqual(answer.AsSpan((int)offset, given.Length)))
            throw new InvalidDataException($"At {offset} the answer is '{System.Text.Encoding.ASCII.GetString(given)}'.");
    }
}
