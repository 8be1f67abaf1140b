using System.Buffers.Text;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;

namespace FastCore.Gateway.Revocation;

/// <summary>What a token is revoked by: its <c>jti</c> claim or, where it has none, its SHA-256; with the hash that the filter wants.</summary>
internal readonly record struct TokenId(string Text, ulong Hash)
{
    private const string ByDigest = "sha256:";

    /// <summary>The identity of a text.</summary>
    public static TokenId Of(string text) => new(text, HashOf(text));

    /// <summary>The identity of a token without a <c>jti</c>.</summary>
    public static TokenId OfToken(ReadOnlySpan<byte> token) => Of(ByDigest + Base64Url.EncodeToString(SHA256.HashData(token)));

    // Who issues tokens chooses the names, and who gets one can't: no seed is needed.
    private static ulong HashOf(string text) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(text));
}
