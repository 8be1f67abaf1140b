using System.Text;
using FastCore.Net.Http;

namespace FastCore.Gateway.Tokens;

/// <summary>The token of an Authorization field (RFC 6750 §2.1).</summary>
internal static class BearerToken
{
    private static ReadOnlySpan<byte> Scheme => "Bearer "u8;

    /// <summary>The token, or nothing if there is none or more than one field.</summary>
    public static ReadOnlySpan<byte> Of(HttpFields fields)
    {
        ReadOnlySpan<byte> token = default;
        var found = 0;
        foreach (var field in fields)
        {
            if (!Ascii.EqualsIgnoreCase(field.Name, "Authorization"u8)) continue;
            found++;
            var value = field.Value;
            if (value.Length > Scheme.Length && Ascii.EqualsIgnoreCase(value[..Scheme.Length], Scheme)) token = value[Scheme.Length..].Trim((byte)' ');
        }
        return found == 1 ? token : default;
    }
}
