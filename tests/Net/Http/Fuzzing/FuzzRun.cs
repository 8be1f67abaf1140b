using System.Diagnostics;
using System.Text;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>Seeded mutations of a target's seeds. The same seed and count give the same inputs.</summary>
/// <param name="target">What is fed.</param>
/// <param name="seed">The first round's; round n has seed + n, so that a failing round can be repeated alone.</param>
internal sealed class FuzzRun(FuzzTarget target, int seed)
{
    public int Rounds { get; private set; }

    /// <summary>Feeds every seed as it is.</summary>
    /// <param name="before">Told of each input before it is fed: what ends the process can't be told afterwards.</param>
    /// <exception cref="FuzzFailure">One fails; the message has its bytes.</exception>
    public void FeedSeeds(Action<byte[]>? before = null)
    {
        foreach (var bytes in target.Seeds)
        {
            before?.Invoke(bytes);
            Feed(bytes, seed);
        }
    }

    /// <summary>Feeds mutations for so long.</summary>
    public void Mutate(TimeSpan time, Action<byte[]>? before = null)
    {
        var begin = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begin) < time) Mutate(before);
    }

    /// <summary>Feeds so many mutations.</summary>
    public void Mutate(int rounds, Action<byte[]>? before = null)
    {
        for (; rounds > 0; rounds--) Mutate(before);
    }

    private void Mutate(Action<byte[]>? before)
    {
        var roundSeed = unchecked(seed + Rounds);
        var bytes = InputOf(target, roundSeed);
        before?.Invoke(bytes);
        Feed(bytes, roundSeed);
        Rounds++;
    }

    /// <summary>The input of a round.</summary>
    public static byte[] InputOf(FuzzTarget target, int seed)
    {
        var random = new Random(seed);
        var seeds = target.Seeds;
        return Mutator.Mutate(seeds[random.Next(seeds.Count)], seeds[random.Next(seeds.Count)], random);
    }

    private void Feed(byte[] bytes, int roundSeed)
    {
        try
        {
            target.Run(bytes, roundSeed);
        }
        catch (Exception failure)
        {
            throw new FuzzFailure($"{target.Name}, seed {roundSeed}: {(failure is FuzzFailure ? failure.Message : failure)}\nThe input: {Printable(bytes)}");
        }
    }

    public static string Printable(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (var each in bytes)
        {
            if (each == '\r') text.Append("\\r");
            else if (each == '\n') text.Append("\\n");
            else if (each == '\\') text.Append("\\\\");
            else if (each is >= 0x20 and < 0x7F) text.Append((char)each);
            else text.Append("\\x").Append(each.ToString("X2"));
        }
        return text.ToString();
    }
}
