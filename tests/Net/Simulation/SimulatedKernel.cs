using System.Runtime.InteropServices;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Native;

namespace FastCore.Net.Tests.Simulation;

/// <summary>
/// A kernel with a seed. It keeps the engine's contract in the most hostile way that the seed's rates allow, and
/// notes every breach of it by the reactor. The half in SimulatedKernel.Progress.cs decides what becomes of submissions.
/// </summary>
/// <remarks>
/// A run is a function of its seed: the far ends and the clock move only inside <see cref="Wait"/>, on the reactor's
/// thread, and other threads touch the reactor only while the kernel waits for them (until <see cref="Begin"/>, and at
/// the end).
/// </remarks>
internal sealed unsafe partial class SimulatedKernel : IDisposable
{
    private const int MostWaits = 500_000;
    private const int StepsUntilStuck = 20_000;
    private readonly Random _random;
    private readonly FaultRates _rates;
    private readonly Misbehaviour _misbehaviour;
    private readonly Dictionary<int, SimulatedSocket> _sockets = [];
    private readonly SortedSet<int> _freeHandles = [];
    private readonly List<Submission> _live = [];
    private readonly Queue<(Submission Of, Completion Completion)> _delivered = new();
    private readonly List<SimulatedPeer> _peers = [];
    private readonly Queue<SimulatedPeer> _incoming = new();
    private readonly ManualResetEventSlim _woken = new();
    private readonly ManualResetEventSlim _begin = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _breach = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte* _buffers;
    private readonly bool[] _isLent;
    private int _lent;
    private int _handles;
    private int _threadId;
    private int _waits;
    private bool _hasListener;
    private bool _hasBegun;
    private bool _stopIsDue;
    private bool _misbehaved;

    public SimulatedKernel(Random random, FaultRates rates, Misbehaviour misbehaviour, Func<SimulatedPeer> makePeer)
    {
        _random = random;
        _rates = rates;
        _misbehaviour = misbehaviour;
        _buffers = (byte*)NativeMemory.Alloc((nuint)(rates.Buffers * rates.BufferSize));
        _isLent = new bool[rates.Buffers];
        for (var i = 0; i < rates.Peers; i++)
        {
            var peer = makePeer();
            _peers.Add(peer);
            _incoming.Enqueue(peer);
        }
    }

    public long Milliseconds { get; private set; } = 1_000_000;

    /// <summary>The first breach found, or null.</summary>
    public string? Violation { get; private set; }

    /// <summary>Ends when everything the far ends had to do is done, or it is time to stop: the kernel waits for the reactor to be disposed of.</summary>
    public Task Done => _done.Task;

    /// <summary>Ends with the first breach; the reactor never ends then.</summary>
    public Task Breach => _breach.Task;

    /// <summary>The far end of the connection accepted last.</summary>
    public SimulatedPeer? LastPeer { get; private set; }

    /// <summary>The far end of the socket opened next.</summary>
    public SimulatedPeer? NextPeer { get; set; }

    /// <summary>Lets time begin. The caller touches the reactor no more until <see cref="Done"/>.</summary>
    public void Begin() => _begin.Set();

    public void Fail(string violation)
    {
        Violation ??= violation;
        _breach.TrySetResult();
    }

    // --- What the engine is asked ---

    public int OpenListener()
    {
        CheckThread();
        return Open(null).Handle;
    }

    public int OpenSocket()
    {
        CheckThread();
        return Open(NextPeer).Handle;
    }

    public void Submit(ulong tag, SubmissionKind kind, int handle) => _ = Add(tag, kind, handle);

    public int Send(ulong tag, int handle, byte* data, int length, MessageHeader* message)
    {
        var submission = Add(tag, SubmissionKind.Send, handle);
        submission.Data = data;
        submission.Length = length;
        submission.Message = message;
        if (!Chance(_rates.SendAtOnce)) return IEngine.Pending;
        ProgressSend(submission);
        if (!submission.HasEnded) return IEngine.Pending;
        Remove(submission);
        return submission.Results.Dequeue().Result;
    }

    /// <summary>What there is room for at once; the file is looked at now or not at all, and what is in flight is a wait for room.</summary>
    public int SendFile(ulong tag, int handle, MessageHeader* head, int file, long offset, int length)
    {
        var peer = Find(handle)!.Peer!;
        if (peer.HasReset) return Chance(50) ? -Errno.ECONNRESET : -Errno.EPIPE;
        var sending = new Submission(tag, SubmissionKind.Send, Find(handle)!);
        var before = 0;
        if (head != null)
        {
            sending.Message = head;
            var whole = 0;
            for (nuint i = 0; i < head->VectorCount; i++) whole += (int)head->Vectors[i].Length;
            before = peer.Writable == 0 ? 0 : TakeData(sending, peer);
            if (before > 0 && before < whole) return before;
        }
        if (before == 0 && (peer.Writable == 0 || Chance(_rates.SpuriousSendEnd)))
        {
            Add(tag, SubmissionKind.Send, handle).IsForRoom = true;
            return IEngine.Pending;
        }
        if (peer.Writable == 0) return before;
        if (file != PatternFile.Opened.Descriptor) Fail("A descriptor was sent that is not the file's.");
        var part = new byte[length];
        var count = RandomAccess.Read(PatternFile.Opened.Handle, part, offset);
        fixed (byte* data = part)
        {
            sending.Message = null;
            sending.Data = data;
            sending.Length = count;
            return before + (count > 0 ? TakeData(sending, peer) : 0);
        }
    }

    public void Cancel(int handle, ulong? tag)
    {
        if (Find(handle) is not { } socket) return;
        foreach (var submission in socket.InFlight)
        {
            if (tag == null || submission.Tag == tag) submission.IsCancelled = true;
        }
    }

    public void ShutdownSend(int handle)
    {
        if (Find(handle)?.Peer is not { } peer) return;
        if (Find(handle)!.Find(SubmissionKind.Send) != null) Fail("The send side was shut down with a send in flight.");
        peer.OtherFinished = true;
    }

    public void Close(int handle, bool reset)
    {
        if (Find(handle) is not { } socket) return;
        if (socket.InFlight.Count > 0) Fail($"Handle {handle} was closed with a {socket.InFlight[0].Kind} in flight.");
        if (socket.Peer is { } peer)
        {
            if (!reset && !peer.OtherFinished && !peer.HasFinished && !peer.HasReset) Fail($"Handle {handle} was closed in order without telling the far end first.");
            // As Linux does: closing with input unread is a reset too, and destroys what the peer has not read.
            if (reset || peer.Readable > 0) peer.OtherReset = true;
            else peer.OtherFinished = true;
            peer.OtherClosed = true;
        }
        _sockets.Remove(handle);
        _freeHandles.Add(handle);
    }

    public void Wait(int timeoutMilliseconds)
    {
        CheckThread();
        // After a breach the reactor may be beyond an orderly end: its thread stays here, and dies with the process.
        if (Violation != null) Thread.Sleep(Timeout.Infinite);
        if (!_hasBegun)
        {
            WaitForTheBeginning();
            return;
        }
        if (++_waits > MostWaits) Fail($"The reactor turns and turns and nothing ends: {Describe()}");
        _stopIsDue |= _waits == _rates.StopAfterWaits;
        if (_stopIsDue && !_woken.IsSet) HandOver();
        if (Chance(_rates.ClockJumps)) Milliseconds += _random.Next(200_000);
        Milliseconds += _random.Next(3);
        for (var steps = _random.Next(1, 16); steps > 0; steps--) Step();
        Deliver(atLeastOne: false);
        if (_delivered.Count > 0 || timeoutMilliseconds == 0 || TakeWake()) return;
        WaitForSomething(timeoutMilliseconds);
    }

    public bool TryTake(out Completion completion)
    {
        CheckThread();
        if (!_delivered.TryDequeue(out var next))
        {
            completion = default;
            return false;
        }
        completion = next.Completion;
        if (!completion.More) Remove(next.Of);
        if (next.Of.Kind == SubmissionKind.Accept && completion.Result >= 0) LastPeer = _sockets[completion.Result].Peer;
        return true;
    }

    public void Recycle(int buffer)
    {
        CheckThread();
        if (!_isLent[buffer]) Fail($"Buffer {buffer} was given back twice.");
        _isLent[buffer] = false;
        _lent--;
        // Whoever still reads it reads this.
        new Span<byte>(_buffers + buffer * _rates.BufferSize, _rates.BufferSize).Fill(0xDD);
    }

    public void Wake() => _woken.Set();

    public void Dispose()
    {
        CheckThread();
        if (_sockets.Count > 0) Fail($"{_sockets.Count} handles were left open.");
        if (_lent > 0) Fail($"{_lent} buffers were not given back.");
        NativeMemory.Free(_buffers);
    }

    // --- Waiting ---

    private void WaitForSomething(int timeoutMilliseconds)
    {
        var isQuiet = true;
        for (var step = 0; step < (timeoutMilliseconds < 0 ? StepsUntilStuck : 64); step++)
        {
            if (Step()) isQuiet = false;
            Deliver(atLeastOne: step % 8 == 7);
            if (_delivered.Count > 0) return;
            if (timeoutMilliseconds < 0 && IsFinished)
            {
                HandOver();
                return;
            }
        }
        isQuiet = isQuiet && !Sweep();
        // While anybody can still do something, time passes slowly; else nothing is left but the time-out, which comes in
        // pieces where sends may still end without cause in between.
        var pace = !isQuiet ? _random.Next(1, 6) : _rates.SpuriousSendEnd > 0 ? _random.Next(1, 5000) : int.MaxValue;
        if (timeoutMilliseconds > 0) Milliseconds += Math.Min(timeoutMilliseconds, pace);
        else if (isQuiet) Fail($"The reactor waits for ever, and not all is done: {Describe()}");
    }

    private void WaitForTheBeginning()
    {
        if (!_hasListener)
        {
            WaitForOthers();
            return;
        }
        _begin.Wait();
        _hasBegun = true;
        // What woke the reactor until now came from outside at some moment, which must not count.
        _woken.Reset();
    }

    /// <summary>Lets other threads dispose of the reactor, and waits until they have asked for it. Only with no wake pending, so that the next wake is theirs.</summary>
    private void HandOver()
    {
        if (_done.TrySetResult()) WaitForOthers();
    }

    private void WaitForOthers()
    {
        if (!_woken.Wait(Hang.Milliseconds)) Fail("Nobody wakes the reactor.");
        _woken.Reset();
    }

    private bool TakeWake()
    {
        if (!_woken.IsSet) return false;
        _woken.Reset();
        return true;
    }

    private string Describe() => $"{_rates}; {_incoming.Count} peers not accepted; " + string.Join("; ", _sockets.Values.Select(socket =>
        $"handle {socket.Handle} ({string.Join(", ", socket.InFlight.Select(submission => submission.Kind))}) {socket.Peer}"));

    private bool IsFinished => _incoming.Count == 0 && _sockets.Values.All(socket => socket.Peer == null) && _peers.TrueForAll(peer => peer.IsDone);

    // --- Tables ---

    private SimulatedSocket Open(SimulatedPeer? peer)
    {
        // The lowest number that is free, as a kernel does: numbers are used again at once.
        var handle = _freeHandles.Count > 0 ? _freeHandles.Min : _handles++;
        _freeHandles.Remove(handle);
        return _sockets[handle] = new SimulatedSocket(handle, peer);
    }

    private SimulatedSocket? Find(int handle)
    {
        CheckThread();
        if (_sockets.TryGetValue(handle, out var socket)) return socket;
        Fail($"Handle {handle} is not open.");
        return null;
    }

    private Submission Add(ulong tag, SubmissionKind kind, int handle)
    {
        _hasListener = true;
        var socket = Find(handle) ?? new SimulatedSocket(handle, null);
        if (socket.Find(kind) != null) Fail($"A second {kind} was submitted on handle {handle} before the first had ended.");
        var submission = new Submission(tag, kind, socket);
        socket.InFlight.Add(submission);
        _live.Add(submission);
        return submission;
    }

    private void Remove(Submission submission)
    {
        submission.Socket.InFlight.Remove(submission);
        _live.Remove(submission);
    }

    private void CheckThread()
    {
        if (_threadId == 0) _threadId = Environment.CurrentManagedThreadId;
        else if (_threadId != Environment.CurrentManagedThreadId) Fail("The engine was called on another thread.");
    }

    private bool Chance(int inAHundred) => _random.Next(100) < inAHundred;
}
