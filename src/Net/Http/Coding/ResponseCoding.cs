using FastCore.Net.Http.Server;

namespace FastCore.Net.Http.Coding;

/// <summary>Which answers of a reactor are coded and how, and the coders it uses again. On the reactor's thread.</summary>
internal sealed class ResponseCoding(HttpCompressionOptions options, InputBuffers buffers)
{
    private const int KeptCoders = 64;

    private readonly MediaTypeSet _types = new(options.MediaTypes);
    private readonly string[] _names = [.. options.Codings];
    private readonly WholeCoder _wholeCoder = new(options.Level);
    private readonly Stack<StreamCoder> _streamCoders = new();

    /// <summary>Whether it may be, as far as what the response itself says; <paramref name="length"/> is -1 if it is not known.</summary>
    public bool IsFor(bool isSecure, int status, string contentType, long length) =>
        (length < 0 || length >= options.MinSize) && (!isSecure || options.AllowOverTls) && status != 206 && !StatusLines.HasNoContent(status) && _types.Contains(contentType);

    /// <summary>Whether it is short enough to be coded in one go.</summary>
    public bool IsForWhole(long length) => length <= options.MaxSize;

    /// <summary>The coding that the client likes best.</summary>
    public ContentCoding Choose(HttpFields request) => AcceptedEncodings.Best(request, _names) is var best and >= 0 ? _names[best] == "br" ? ContentCoding.Brotli : ContentCoding.Gzip : ContentCoding.Identity;

    public static ReadOnlySpan<byte> FieldOf(ContentCoding coding) => coding == ContentCoding.Brotli ? "Content-Encoding: br\r\n"u8 : "Content-Encoding: gzip\r\n"u8;

    /// <summary>Codes it, into an array of the reactor's buffers that becomes the caller's; null if it would not become shorter.</summary>
    public byte[]? TryCode(ContentCoding coding, ReadOnlySpan<byte> content, out int length)
    {
        var limit = WholeCoder.LimitOf(content.Length);
        var array = buffers.Rent(limit);
        if (_wholeCoder.TryCode(coding, content, new ArraySegment<byte>(array, 0, limit), out length)) return array;
        buffers.Return(array);
        return null;
    }

    public StreamCoder Rent(ContentCoding coding, HttpResponseBody body)
    {
        if (!_streamCoders.TryPop(out var coder)) coder = new StreamCoder(buffers);
        coder.Begin(body, coding, options.Level);
        return coder;
    }

    public void Return(StreamCoder coder)
    {
        coder.End();
        if (_streamCoders.Count < KeptCoders) _streamCoders.Push(coder);
    }
}
