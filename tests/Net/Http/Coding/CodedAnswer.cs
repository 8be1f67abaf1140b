using System.IO.Compression;
using System.Text;

namespace FastCore.Net.Tests.Http.Coding;

/// <summary>An answer as it was sent, its framing and its coding undone by other code than the server's.</summary>
internal sealed class CodedAnswer
{
    public CodedAnswer(string answer)
    {
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        Head = answer[..(end + 4)];
        var rest = answer[(end + 4)..];
        Coded = Encoding.Latin1.GetBytes(Field("Transfer-Encoding") == "chunked" ? Unchunk(rest) : rest);
    }

    public string Head { get; }

    public byte[] Coded { get; }

    /// <summary>The last chunk has come.</summary>
    public bool HasEnd { get; private set; }

    public string Text => Encoding.Latin1.GetString(Decode());

    public string? Field(string name)
    {
        var fields = Head.Split("\r\n").Where(line => line.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase)).Select(line => line[(name.Length + 2)..]).ToArray();
        return fields.Length == 0 ? null : string.Join(", ", fields);
    }

    /// <summary>What a client has when it has got this: of a coding that has not ended, all that can be decoded.</summary>
    public byte[] Decode()
    {
        using Stream decoder = Field("Content-Encoding") switch
        {
            "br" => new BrotliStream(new MemoryStream(Coded), CompressionMode.Decompress),
            "gzip" => new GZipStream(new MemoryStream(Coded), CompressionMode.Decompress),
            null => new MemoryStream(Coded),
            var other => throw new NotSupportedException(other),
        };
        using var all = new MemoryStream();
        var buffer = new byte[4096];
        try
        {
            for (int count; (count = decoder.Read(buffer)) > 0;) all.Write(buffer, 0, count);
        }
        catch (InvalidDataException) when (!HasEnd && Field("Transfer-Encoding") == "chunked")
        {
            // It was cut, which some decoders mind; what came before it has been read.
        }
        return all.ToArray();
    }

    private string Unchunk(string rest)
    {
        var body = new StringBuilder();
        for (var at = 0; at < rest.Length;)
        {
            var end = rest.IndexOf("\r\n", at, StringComparison.Ordinal);
            var size = Convert.ToInt32(rest[at..end], 16);
            if (size == 0)
            {
                HasEnd = true;
                break;
            }
            body.Append(rest, end + 2, size);
            Assert.That(rest.Substring(end + 2 + size, 2), Is.EqualTo("\r\n"));
            at = end + size + 4;
        }
        return body.ToString();
    }
}
