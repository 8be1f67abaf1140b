using FastCore.Gateway.Revocation;

namespace FastCore.Gateway.Tokens;

/// <summary>A token that was checked and is good until it expires or is revoked. Immutable.</summary>
/// <param name="Bytes">The token as it is sent.</param>
/// <param name="Expires">From when it is not taken any more, in seconds since 1970.</param>
/// <param name="Id">What it is revoked by.</param>
/// <param name="Scopes">What it allows.</param>
/// <param name="Keys">The keys by which it was checked: with others it has to be checked again.</param>
internal sealed record AcceptedToken(byte[] Bytes, long Expires, TokenId Id, string[] Scopes, object Keys)
{
    /// <summary>Whether it allows all of <paramref name="wanted"/>.</summary>
    public bool Allows(IReadOnlyList<string> wanted)
    {
        for (var i = 0; i < wanted.Count; i++)
        {
            if (!Scopes.Contains(wanted[i])) return false;
        }
        return true;
    }
}
