using System.Runtime.Intrinsics;
using FastCore.Atomics;

namespace FastCore.Tests.Explorer;

// What each kind of access does to the model's memory. Every method that other threads could notice begins with its step.
internal sealed partial class ModelThread
{
    internal Cell Load(nint address, Cell initial)
    {
        Step(StepKind.Read);
        Location location = execution.Memory.At(address, initial);
        if (!Buffer.TryForward(location, out Cell value))
        {
            Acquire(location.Released);
            value = location.Value;
            Learn(Did.Read, location.Version);
        }
        else
        {
            Learn(Did.ReadOwnStore);
        }

        if (!_polling) execution.Note(index, "reads", location, value);
        return value;
    }

    internal Cell LoadOwned(nint address, Cell initial)
    {
        if (!execution.Memory.TryFind(address, out Location? location)) return initial;
        if (Buffer.TryForward(location, out Cell value)) return value;
        Model.Require(VectorClock.HappensBefore(location.LastWrite, _clock), $"Location {location.Number} is read as the reader's own, and another thread wrote it.");
        return location.Value;
    }

    internal void Store(nint address, Cell initial, Cell value)
    {
        Step(StepKind.Store);
        Store(execution.Memory.At(address, initial), value);
    }

    /// <summary>The first half of a read-modify-write: no step lies between it and <see cref="Update"/>.</summary>
    internal Location BeginUpdate(nint address, Cell initial)
    {
        FullFence();
        Location location = execution.Memory.At(address, initial);
        Acquire(location.Released);
        Learn(Did.Updated, location.Version);
        return location;
    }

    internal void Update(Location location, Cell value)
    {
        execution.Note(index, "updates", location, value);
        location.LastWrite = VectorClock.Moment(_clock, index);
        location.Value = value;
        location.Released = Release();
        location.Version = Fingerprint.Link(location.Version, Knowledge);
        Changed();
    }

    /// <summary>A fence by itself is a step only where there are store buffers to drain.</summary>
    internal void Fence()
    {
        if (execution.HasStoreBuffers) FullFence();
    }

    internal void FenceAll()
    {
        if (!execution.HasStoreBuffers) return;
        Step(StepKind.Full);
        Learn(Did.FencedAll);
        execution.DrainAll();
    }

    internal void FullFence()
    {
        Step(StepKind.Full);
        Learn(Did.Fenced);
        Drain();
    }

    internal void Drain()
    {
        while (!Buffer.IsEmpty) FlushOne();
    }

    internal void FlushOne()
    {
        Location location = Buffer.Flush(out ulong met);
        _arrivals = Fingerprint.Link(_arrivals, met);
        execution.Note(index, "store arrives at", location, location.Value);
        Changed();
    }

    internal void ReadSlot(nint address)
    {
        Location location = execution.Memory.At(address, default);
        execution.Note(index, "reads slot", location);
        Model.Require(VectorClock.HappensBefore(location.LastWrite, _clock), $"Race: slot {location.Number} is read while another thread may still write it.");
        location.LastReads = Vector128.Max(location.LastReads, VectorClock.Moment(_clock, index));
    }

    /// <summary>False when another thread may be writing the slot, so that what is read means nothing.</summary>
    internal bool ReadRacingSlot(nint address)
    {
        Step(StepKind.Read);
        Location location = execution.Memory.At(address, default);
        bool whole = VectorClock.HappensBefore(location.LastWrite, _clock);
        Learn(Did.ReadRacing, Fingerprint.Link(location.Version, whole ? 1UL : 0));
        execution.Note(index, whole ? "reads slot" : "reads torn slot", location);
        return whole;
    }

    internal void WriteSlot(nint address)
    {
        Location location = execution.Memory.At(address, default);
        execution.Note(index, "writes slot", location);
        Model.Require(VectorClock.HappensBefore(location.LastWrite, _clock), $"Race: slot {location.Number} is written while another thread may still write it.");
        Model.Require(VectorClock.HappensBefore(location.LastReads, _clock), $"Race: slot {location.Number} is written while another thread may still read it.");
        location.LastWrite = VectorClock.Moment(_clock, index);
        location.Version = Fingerprint.Link(location.Version, Knowledge);
    }

    /// <summary>Waits for the lock and takes it: a full fence, as its read-modify-write is.</summary>
    internal void Enter(Gate gate)
    {
        Location location = execution.Memory.At(gate);
        WaitUntil(() => Forward(location).Bits == 0);
        Acquire(location.Released);
        Learn(Did.Entered, location.Version);
        Update(location, new Cell(1, null));
    }

    /// <summary>A release store and no more: what a lock's exit promises.</summary>
    internal void Exit(Gate gate)
    {
        Step(StepKind.Store);
        Store(execution.Memory.At(gate), default);
    }

    private void Store(Location location, Cell value)
    {
        location.LastWrite = VectorClock.Moment(_clock, index);
        if (DelaysStore || !Buffer.IsEmpty)
        {
            DelaysStore = false;
            execution.Note(index, "will store", location, value);
            Learn(Did.WillStore);
            Buffer.Add(location, value, Release(), Knowledge);
            return;
        }

        execution.Note(index, "stores", location, value);
        location.Value = value;
        location.Released = Release();
        Learn(Did.Stored, location.Version);
        location.Version = Fingerprint.Link(location.Version, Knowledge);
        Changed();
    }

    private Cell Forward(Location location) => Buffer.TryForward(location, out Cell value) ? value : location.Value;
}
