using System.Threading.Channels;
using FastCore.Tests.Channels.Modelling;

namespace FastCore.Tests.Channels.Linearizability;

/// <summary>
/// Records what real threads see of a channel. They make their calls at random, without waiting for each other: what waits is left
/// to wait while its thread goes on, and in the end is cancelled or closed.
/// </summary>
internal sealed class HistoryRecorder : IDisposable
{
    /// <summary>Few enough to be checked, also where each is two steps.</summary>
    private const int Calls = 28;

    /// <summary>More than the first segment of a channel without a bound holds, so that histories cross its edge.</summary>
    private const int MostInitial = 34;

    private readonly ChannelShape _shape;

    private readonly Func<Action<int>, Channel<int>> _create;

    private readonly Barrier _barrier;

    private readonly Thread[] _helpers;

    private readonly HistoryThread[] _threads;

    private Recording? _recording;

    private Exception? _failure;

    /// <param name="shape">What the channel is, and so which calls are allowed at a time.</param>
    /// <param name="create">Makes one; given what is to be told of each item dropped.</param>
    internal HistoryRecorder(ChannelShape shape, Func<Action<int>, Channel<int>> create)
    {
        _shape = shape;
        _create = create;
        int threads = shape is { SingleReader: true, SingleWriter: true } ? 3 : 4;
        _threads = [.. Enumerable.Range(0, threads).Select(index => new HistoryThread(shape, index))];
        _barrier = new Barrier(threads);
        _helpers = [.. Enumerable.Range(1, threads - 1).Select(index => new Thread(() => Help(_threads[index])) { IsBackground = true })];
        foreach (Thread helper in _helpers) helper.Start();
    }

    /// <summary>Lets the threads loose on a new channel.</summary>
    /// <param name="seed">What they call depends on it; when, does not.</param>
    internal History Record(int seed)
    {
        Channel<int> channel = _create(HistoryThread.NoteDrop);
        var random = new Random(seed);
        int[] initial = Fill(channel, random);
        _recording = new Recording(channel, new HistoryClock(), new CancellationTokenSource?[_threads.Length], seed, Calls / _threads.Length);
        _barrier.SignalAndWait();
        Run(_threads[0], _recording);
        _barrier.SignalAndWait();
        if (_failure is not null) throw new InvalidOperationException($"A thread failed. Seed {seed}.", _failure);
        _threads[0].Complete();
        foreach (HistoryThread thread in _threads) thread.FinishAll();
        return new History(initial, [.. _threads.SelectMany(static thread => thread.Operations)], [.. WhatIsLeftIn(channel.Reader)]);
    }

    public void Dispose()
    {
        _recording = null;
        _barrier.SignalAndWait();
        foreach (Thread helper in _helpers) helper.Join();
        _barrier.Dispose();
    }

    private void Help(HistoryThread thread)
    {
        while (true)
        {
            _barrier.SignalAndWait();
            if (_recording is not { } recording) return;
            Run(thread, recording);
            _barrier.SignalAndWait();
        }
    }

    private void Run(HistoryThread thread, Recording recording)
    {
        try
        {
            thread.Run(recording);
        }
        catch (Exception failure)
        {
            _failure = failure;
        }
    }

    private static IEnumerable<int> WhatIsLeftIn(ChannelReader<int> reader)
    {
        while (reader.TryRead(out int item)) yield return item;
    }

    /// <summary>Nothing, something, or almost as much as it or its first segment holds.</summary>
    private int[] Fill(Channel<int> channel, Random random)
    {
        int most = Math.Min(_shape.Capacity ?? MostInitial, MostInitial);
        int count = random.Next(3) switch
        {
            0 => 0,
            1 => random.Next(most + 1),
            _ => most - random.Next(Math.Min(most, 4) + 1),
        };
        return [.. Enumerable.Range(HistoryThread.FirstInitialItem, count).TakeWhile(channel.Writer.TryWrite)];
    }
}

/// <summary>What the threads share for one history.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Clock">Its time.</param>
/// <param name="Sources">For each thread, what would cancel its latest call: for the others to fire, also while it registers.</param>
/// <param name="Seed">What the calls are drawn from.</param>
/// <param name="Calls">How many each thread makes.</param>
internal sealed record Recording(Channel<int> Channel, HistoryClock Clock, CancellationTokenSource?[] Sources, int Seed, int Calls);
