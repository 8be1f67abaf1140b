using System.Numerics;
using System.Runtime.InteropServices;

namespace FastCore.Gateway.Tokens;

/// <summary>
/// Tokens that were found good, by their bytes, so that a signature is checked once and not with each request. Its size is fixed.
/// </summary>
/// <remarks>
/// <para><b>Invariant.</b> A place holds nothing or an immutable entry. A look compares every byte, so what it finds is the entry of
/// that very token, whatever the hash.</para>
/// <para><b>The hash</b> is taken of the token's end, which is its signature: evenly spread, and nobody who could use a
/// collision can choose it, since only tokens with a good signature are entered.</para>
/// <para><b>Threads.</b> Any. An entry is published by one store with release; two that are entered into one place at once leave one
/// of them, and the other is checked again.</para>
/// </remarks>
internal sealed class TokenCache
{
    private const int Ways = 4;
    private const int HashedBytes = 16;

    private readonly AcceptedToken?[] _places;
    private readonly int _mask;
    private int _turn;

    /// <param name="entries">How many are held at most; rounded up to a power of two.</param>
    public TokenCache(int entries)
    {
        _places = new AcceptedToken?[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(entries, Ways))];
        _mask = _places.Length / Ways - 1;
    }

    public int Capacity => _places.Length;

    /// <summary>The entry of a token, expired or not; null if there is none.</summary>
    public AcceptedToken? Find(ReadOnlySpan<byte> token)
    {
        if (token.Length < HashedBytes) return null;
        var start = Start(token);
        for (var i = start; i < start + Ways; i++)
        {
            if (Volatile.Read(ref _places[i]) is { } entry && entry.Bytes.AsSpan().SequenceEqual(token)) return entry;
        }
        return null;
    }

    /// <summary>Enters a token, in the place of one that has expired or, if all are good, of any.</summary>
    public void Add(AcceptedToken token, long now)
    {
        if (token.Bytes.Length < HashedBytes) return;
        var start = Start(token.Bytes);
        var place = start + (Interlocked.Increment(ref _turn) & (Ways - 1));
        for (var i = start; i < start + Ways; i++)
        {
            var known = Volatile.Read(ref _places[i]);
            if (known == null || known.Expires <= now || known.Keys != token.Keys || known.Bytes.AsSpan().SequenceEqual(token.Bytes))
            {
                place = i;
                break;
            }
        }
        Volatile.Write(ref _places[place], token);
    }

    private int Start(ReadOnlySpan<byte> token)
    {
        var end = token[^HashedBytes..];
        var mixed = (MemoryMarshal.Read<ulong>(end) ^ BitOperations.RotateLeft(MemoryMarshal.Read<ulong>(end[8..]), 29)) * 0x9E37_79B9_7F4A_7C15;
        return ((int)(mixed >> 32) & _mask) * Ways;
    }
}
