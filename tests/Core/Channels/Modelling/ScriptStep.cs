using CsCheck;

namespace FastCore.Tests.Channels.Modelling;

/// <summary>What a script can call.</summary>
internal enum ScriptCall
{
    TryWrite,
    TryRead,
    TryPeek,
    TryWriteBatch,
    TryReadBatch,
    ClaimAndPublish,
    PeekAndRelease,
    BlockingWrite,
    BlockingRead,
    SelectWrite,
    SelectRead,
    WriteAsync,
    ReadAsync,
    WaitToWriteAsync,
    WaitToReadAsync,
    WriteBatchAsync,
    ReadBatchAsync,
    CancelOldest,
    Complete,
    CompleteWithError,
}

/// <summary>A line of a script.</summary>
/// <param name="Call">What is called.</param>
/// <param name="Size">The length of its batch, if it has one.</param>
internal readonly record struct ScriptStep(ScriptCall Call, int Size)
{
    /// <summary>Often enough what makes others wait and go on, seldom the end.</summary>
    private static readonly Gen<ScriptCall> Calls = Gen.Frequency(
        (6, OneOf(ScriptCall.TryWrite, ScriptCall.WriteAsync)),
        (6, OneOf(ScriptCall.TryRead, ScriptCall.ReadAsync)),
        (5, OneOf(ScriptCall.TryWriteBatch, ScriptCall.WriteBatchAsync, ScriptCall.ClaimAndPublish)),
        (5, OneOf(ScriptCall.TryReadBatch, ScriptCall.ReadBatchAsync, ScriptCall.PeekAndRelease)),
        (4, OneOf(ScriptCall.BlockingWrite, ScriptCall.BlockingRead, ScriptCall.SelectWrite, ScriptCall.SelectRead)),
        (3, OneOf(ScriptCall.WaitToWriteAsync, ScriptCall.WaitToReadAsync, ScriptCall.TryPeek)),
        (4, Gen.Const(ScriptCall.CancelOldest)),
        (1, OneOf(ScriptCall.Complete, ScriptCall.CompleteWithError)));

    internal static Gen<ScriptStep[]> Scripts { get; } =
        Gen.Select(Calls, Gen.Int[1, 4], static (call, size) => new ScriptStep(call, size)).Array[0, 60];

    internal bool Reads => Call is ScriptCall.TryRead or ScriptCall.TryPeek or ScriptCall.TryReadBatch or ScriptCall.PeekAndRelease
        or ScriptCall.BlockingRead or ScriptCall.SelectRead or ScriptCall.ReadAsync or ScriptCall.WaitToReadAsync or ScriptCall.ReadBatchAsync;

    internal bool Writes => Call is ScriptCall.TryWrite or ScriptCall.TryWriteBatch or ScriptCall.ClaimAndPublish or ScriptCall.BlockingWrite
        or ScriptCall.SelectWrite or ScriptCall.WriteAsync or ScriptCall.WaitToWriteAsync or ScriptCall.WriteBatchAsync;

    private static Gen<ScriptCall> OneOf(params ScriptCall[] calls) => Gen.Int[0, calls.Length - 1].Select(index => calls[index]);
}
