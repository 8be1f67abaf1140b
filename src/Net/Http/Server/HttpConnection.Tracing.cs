using System.Diagnostics;
using FastCore.Net.Http.Parsing;
using FastCore.Net.Transport.Tables;
using FastCore.Tracing;

namespace FastCore.Net.Http.Server;

// What the tables and the trace hear of a connection's requests and of the parser of its input.
internal sealed partial class HttpConnection
{
    // Requests that were answered at once in this call, and have not been told of.
    private int _answeredAtOnce;

    /// <summary>Goes on to a phase of the request in work that is not its end.</summary>
    private void Enter(Phase phase)
    {
        if (Lives.AreWatched)
        {
            NoteAnsweredAtOnce();
            Transition step = (_phase, phase) switch
            {
                (Phase.Head, Phase.Running) when _exchange!.IsOffloaded => RequestTable.Offload,
                (Phase.Gather, Phase.Running) => RequestTable.OffloadGathered,
                (Phase.Ready, Phase.Running) when _exchange!.IsOffloaded => RequestTable.OffloadReady,
                (Phase.Running, Phase.Drain) when _exchange!.IsOffloaded => RequestTable.AnswerOffloadedAndDrain,
                (Phase.Head, Phase.Gather) => RequestTable.Gather,
                (Phase.Head, Phase.Ready) => RequestTable.Ready,
                (Phase.Head, Phase.Running) => RequestTable.StartAtOnce,
                (Phase.Ready, Phase.Running) => RequestTable.Start,
                (Phase.Head, Phase.Drain) => RequestTable.AnswerEarly,
                (Phase.Running, Phase.Drain) => RequestTable.AnswerAndDrain,
                _ => throw new UnreachableException($"A request does not go from {_phase} to {phase}."),
            };
            _lives.StepSince(step, phase == Phase.Drain ? _exchange!.Started : 0);
        }
        _phase = phase;
    }

    /// <summary>The request in work has ended.</summary>
    private void NoteEnd(HttpExchange exchange)
    {
        if (_phase == Phase.Head)
        {
            _answeredAtOnce++;
            if (!_isPumping) NoteAnsweredAtOnce();
            return;
        }
        if (exchange.IsUpgraded) _lives.Step(exchange.IsAborted ? UpgradeTable.Lose : UpgradeTable.End);
        Transition step = _phase switch
        {
            Phase.Gather => exchange.HasResponded ? RequestTable.AnswerGathered : RequestTable.DropGathering,
            Phase.Ready => RequestTable.DropReady,
            Phase.Running => exchange.IsAborted ? RequestTable.EndOrphan : exchange.IsOffloaded ? RequestTable.AnswerOffloaded : RequestTable.Answer,
            _ => RequestTable.Drained,
        };
        _lives.StepSince(step, exchange.Started);
    }

    /// <summary>Their answers leave together, so they took equally long, and one reading of the clock is enough for them.</summary>
    private void NoteAnsweredAtOnce()
    {
        if (_answeredAtOnce == 0) return;
        _lives.StepSince(RequestTable.AnswerAtOnce, Reactor.TurnStarted, _answeredAtOnce);
        _answeredAtOnce = 0;
    }

    /// <summary>Before <see cref="_limitAt"/> tells that a head has begun.</summary>
    private void NoteCutHead(int length)
    {
        if (Lives.AreWatched) _lives.Step(_limitAt == 0 ? ParserTable.CutHead : ParserTable.StillCut, length);
    }

    private void EndCutHead()
    {
        _limitAt = 0;
        if (Lives.AreWatched) _lives.Step(ParserTable.EndHead);
    }

    private void NoteBodyBegin()
    {
        if (Lives.AreWatched) _lives.Step(ParserTable.BeginBody);
    }

    /// <summary>The last byte of a body that did not come whole with its head has been read.</summary>
    internal void NoteBodyEnd()
    {
        if (Lives.AreWatched) _lives.Step(ParserTable.EndBody);
    }

    internal void NoteUpgrade()
    {
        if (Lives.AreWatched) _lives.Step(UpgradeTable.Switch);
    }

    private void NoteRefusal(Rejection rejection)
    {
        if (!Lives.AreWatched) return;
        var isInBody = _phase is Phase.Gather or Phase.Drain;
        _lives.Step(_limitAt != 0 ? ParserTable.RefuseHead : isInBody ? ParserTable.RefuseBody : ParserTable.Refuse, rejection.Status);
    }
}
