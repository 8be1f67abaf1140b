using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastCore.Perf.Channels;

/// <summary>What one reader got in a round, in as few instructions as can tell that it was right.</summary>
internal sealed class Tally
{
    internal const int MostWriters = 4;

    private State _state;

    internal void Clear() => _state = default;

    internal void Take(long item)
    {
        long number = Item.Number(item);
        ref long next = ref _state.Next[Item.Writer(item)];
        // Negative, and so the sign of all that follow, once a number is not above the one before.
        _state.Disorder |= number - next;
        next = number + 1;
        _state.Count++;
        _state.Sum += item;
        _state.SumOfSquares += item * item;
    }

    /// <summary>Takes a batch, with the sums in registers meanwhile.</summary>
    internal void Take(ReadOnlySpan<long> items)
    {
        long disorder = 0;
        long sum = 0;
        long sumOfSquares = 0;
        foreach (long item in items)
        {
            long number = Item.Number(item);
            ref long next = ref _state.Next[Item.Writer(item)];
            disorder |= number - next;
            next = number + 1;
            sum += item;
            sumOfSquares += item * item;
        }

        _state.Disorder |= disorder;
        _state.Count += items.Length;
        _state.Sum += sum;
        _state.SumOfSquares += sumOfSquares;
    }

    /// <summary>Whether the readers together got <paramref name="share"/> items of each writer, each once and in order.</summary>
    /// <remarks>
    /// One reader's numbers rise, so with the count alone nothing else is possible. Among several, the sum and the sum of
    /// squares (modulo 2⁶⁴) stand for "each once".
    /// </remarks>
    /// <exception cref="InvalidDataException">They did not.</exception>
    internal static void Verify(ReadOnlySpan<Tally> readers, int writers, long share)
    {
        State sum = default;
        foreach (Tally reader in readers)
        {
            if (reader._state.Disorder < 0) throw new InvalidDataException("A reader got a writer's items out of order.");
            sum.Count += reader._state.Count;
            sum.Sum += reader._state.Sum;
            sum.SumOfSquares += reader._state.SumOfSquares;
        }

        if (sum.Count != writers * share) throw new InvalidDataException($"{sum.Count:N0} items were read of {writers * share:N0} written.");
        for (int writer = 0; writer < writers; writer++)
        {
            for (long number = 0; number < share; number++)
            {
                long item = Item.Of(writer, number);
                sum.Sum -= item;
                sum.SumOfSquares -= item * item;
            }
        }

        if ((sum.Sum, sum.SumOfSquares) != (0, 0)) throw new InvalidDataException("The items that were read are not those that were written: some are missing and others came twice.");
    }

    /// <summary>Two cache lines away from whatever lies before and behind, since each reader writes its own with every item.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256 + sizeof(long) * (4 + MostWriters))]
    private struct State
    {
        [FieldOffset(128)]
        internal long Count;

        [FieldOffset(136)]
        internal long Sum;

        [FieldOffset(144)]
        internal long SumOfSquares;

        [FieldOffset(152)]
        internal long Disorder;

        [FieldOffset(160)]
        internal Numbers Next;
    }

    [InlineArray(MostWriters)]
    private struct Numbers
    {
        private long _first;
    }
}
