using System.Buffers.Text;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;

namespace FastCore.Gateway.Revocation;

/// <summary>What a token is revoked by: its <c>jti</c> claim or, where it has none, the SHA-256 of what is signed of it; with the hash that the filter wants.</summary>
internal readonly record struct TokenId(string Text, ulong Hash)
{
    private const string ByDigest = "sha256:";

    /// <summary>The identity of a text.</summary>
    public static TokenId Of(string text) => new(text, HashOf(text));

    /// <summary>
    /// The identity of a token without a <c>jti</c>: of all before its signature. The signature itself can be written in several ways that are good (an
    /// elliptic curve's has a twin, and the last letter has bits that mean nothing), by anybody who has one.
    /// </summary>
    public static TokenId OfToken(ReadOnlySpan<byte> token) => Of(ByDigest + Base64Url.EncodeToString(SHA256.HashData(token[..token.LastIndexOf((byte)'.')])));

    // Who issues tokens chooses the names, and who gets one can't: no seed is needed.
    private static ulong HashOf(string text) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(text));
}
