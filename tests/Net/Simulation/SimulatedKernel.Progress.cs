using FastCore.Net.Transport;
using FastCore.Net.Transport.Native;

namespace FastCore.Net.Tests.Simulation;

// What becomes of submissions: one step at a time, in an order and at moments that the seed decides.
internal sealed unsafe partial class SimulatedKernel
{
    /// <summary>Lets one far end act or one submission progress; false if the one that was drawn could not.</summary>
    private bool Step()
    {
        var peers = _peers.Count;
        var drawn = _random.Next(peers + _live.Count);
        if (drawn < peers) return _peers[drawn].Act();
        return Progress(_live[drawn - peers]);
    }

    /// <summary>Lets everybody try once; false if nobody can do anything any more.</summary>
    private bool Sweep()
    {
        var something = false;
        foreach (var peer in _peers) something |= peer.Act();
        foreach (var submission in _live.ToArray()) something |= Progress(submission);
        return something;
    }

    private bool Progress(Submission submission)
    {
        if (submission.HasEnded) return false;
        var before = submission.Results.Count;
        switch (submission.Kind)
        {
            case SubmissionKind.Accept:
                ProgressAccept(submission);
                break;
            case SubmissionKind.Connect:
                ProgressConnect(submission);
                break;
            case SubmissionKind.Receive:
                ProgressReceive(submission);
                break;
            case SubmissionKind.Send:
                ProgressSend(submission);
                break;
        }
        return submission.Results.Count != before;
    }

    /// <summary>Hands over some of what has completed: each submission's in order, between submissions in any.</summary>
    private void Deliver(bool atLeastOne)
    {
        if (_live.Count == 0 || !atLeastOne && Chance(_rates.HeldTurn)) return;
        var first = _random.Next(_live.Count);
        for (var i = 0; i < _live.Count; i++)
        {
            var submission = _live[(first + i) % _live.Count];
            if (submission.Results.Count == 0 || !atLeastOne && Chance(_rates.LateCompletion)) continue;
            atLeastOne = false;
            for (var count = _random.Next(1, submission.Results.Count + 1); count > 0; count--) Deliver(submission, submission.Results.Dequeue());
        }
    }

    private void Deliver(Submission submission, Completion completion)
    {
        switch (_misbehaviour)
        {
            case Misbehaviour.LosesAReceive when submission.Kind == SubmissionKind.Receive && completion is { More: false, Buffer: < 0 } && Misbehave():
            case Misbehaviour.LosesASend when submission.Kind == SubmissionKind.Send && Misbehave():
                return;
            case Misbehaviour.RepeatsACompletion when !completion.More && completion.Buffer < 0 && submission.Kind != SubmissionKind.Accept && Misbehave():
                _delivered.Enqueue((submission, completion));
                break;
            case Misbehaviour.CorruptsAByte when completion.Buffer >= 0 && Misbehave():
                completion.Data[_random.Next(completion.Result)]++;
                break;
            case Misbehaviour.OvercountsASend when submission.Kind == SubmissionKind.Send && completion.Result > 0 && completion.Result < submission.Total && Misbehave():
                completion.Result++;
                break;
            case Misbehaviour.UndercountsASend when submission.Kind == SubmissionKind.Send && completion.Result > 1 && Misbehave():
                completion.Result--;
                break;
            case Misbehaviour.ForgetsTheFlagMore when submission.Kind == SubmissionKind.Receive && completion is { More: true } && Misbehave():
                // The reactor arms another, and this one is still there.
                completion.More = false;
                _delivered.Enqueue((new Submission(submission.Tag, submission.Kind, submission.Socket), completion));
                return;
        }
        _delivered.Enqueue((submission, completion));
    }

    private bool Misbehave()
    {
        if (_misbehaved || !Chance(10)) return false;
        return _misbehaved = true;
    }

    private void ProgressAccept(Submission submission)
    {
        if (submission.IsCancelled && !Chance(_rates.CancelIsOvertaken))
        {
            Complete(submission, -Errno.ECANCELED, more: false);
        }
        else if (_incoming.Count > 0)
        {
            if (Chance(_rates.AcceptFails)) Complete(submission, -Errno.EMFILE, more: false);
            else Complete(submission, Open(_incoming.Dequeue()).Handle, more: !Chance(_rates.AcceptEnds));
        }
    }

    private void ProgressConnect(Submission submission)
    {
        if (submission.IsCancelled && !Chance(_rates.CancelIsOvertaken))
        {
            Complete(submission, -Errno.ECANCELED, more: false);
        }
        else if (Chance(_rates.ConnectFails))
        {
            Complete(submission, Chance(50) ? -Errno.ECONNREFUSED : -Errno.ETIMEDOUT, more: false);
        }
        else
        {
            Complete(submission, 0, more: false);
            _peers.Add(submission.Socket.Peer!);
        }
    }

    private void ProgressReceive(Submission submission)
    {
        var peer = submission.Socket.Peer!;
        if (submission.IsCancelled && !Chance(_rates.CancelIsOvertaken)) Complete(submission, -Errno.ECANCELED, more: false);
        else if (peer.HasReset) Complete(submission, -Errno.ECONNRESET, more: false);
        else if (peer.Readable > 0) ReceiveData(submission, peer);
        else if (peer.HasFinished) Complete(submission, 0, more: false);
        else if (Chance(_rates.ReceiveEndsWithout)) Complete(submission, Chance(50) ? -Errno.EINTR : -Errno.EAGAIN, more: false);
        else if (submission.IsCancelled) Complete(submission, -Errno.ECANCELED, more: false);
    }

    private void ReceiveData(Submission submission, SimulatedPeer peer)
    {
        var buffer = Array.IndexOf(_isLent, false);
        if (buffer < 0)
        {
            Complete(submission, -Errno.ENOBUFS, more: false);
            return;
        }
        _isLent[buffer] = true;
        _lent++;
        var count = (int)Math.Min(_rates.BufferSize, peer.Readable);
        if (Chance(_rates.ShortTransfer)) count = _random.Next(1, count + 1);
        var data = _buffers + buffer * _rates.BufferSize;
        peer.Script.Fill(new Span<byte>(data, count), peer.Consumed);
        peer.Consumed += count;
        // A cancel that comes late may be overtaken by data, which then ends the receive.
        var more = !submission.IsCancelled && !Chance(_rates.ReceiveEndsWithData);
        submission.Results.Enqueue(new Completion { Tag = submission.Tag, Data = data, Result = count, Buffer = buffer, More = more });
        submission.HasEnded = !more;
    }

    private void ProgressSend(Submission submission)
    {
        var peer = submission.Socket.Peer!;
        if (submission.IsCancelled && !Chance(_rates.CancelIsOvertaken)) Complete(submission, -Errno.ECANCELED, more: false);
        else if (submission.IsForRoom && (peer.HasReset || peer.Writable > 0)) Complete(submission, -Errno.EAGAIN, more: false);
        else if (peer.HasReset) Complete(submission, Chance(50) ? -Errno.ECONNRESET : -Errno.EPIPE, more: false);
        else if (peer.Writable > 0) Complete(submission, TakeData(submission, peer), more: false);
        else if (Chance(_rates.SpuriousSendEnd)) Complete(submission, -Errno.EAGAIN, more: false);
        else if (submission.IsCancelled) Complete(submission, -Errno.ECANCELED, more: false);
    }

    private int TakeData(Submission submission, SimulatedPeer peer)
    {
        var room = peer.Writable;
        if (Chance(_rates.ShortTransfer)) room = _random.Next(1, room + 1);
        var taken = 0;
        if (submission.Message == null)
        {
            Take(submission.Data, submission.Length);
        }
        else
        {
            for (nuint i = 0; i < submission.Message->VectorCount && taken < room; i++)
                Take(submission.Message->Vectors[i].Base, (int)submission.Message->Vectors[i].Length);
        }
        return taken;

        void Take(byte* data, int length)
        {
            var count = Math.Min(length, room - taken);
            try
            {
                peer.Script.Verify(new ReadOnlySpan<byte>(data, count), peer.Arrived);
            }
            catch (InvalidDataException wrong)
            {
                Fail($"A send of wrong bytes: {wrong.Message}");
            }
            peer.Arrived += count;
            taken += count;
        }
    }

    private static void Complete(Submission submission, int result, bool more)
    {
        submission.Results.Enqueue(new Completion { Tag = submission.Tag, Result = result, Buffer = -1, More = more });
        submission.HasEnded = !more;
    }
}
