// What a live view sees of a wait. A case of a select is none: the select is.

using FastCore.Diagnostics;

namespace FastCore.Channels.Waiting;

internal abstract partial class Waiter
{
    /// <summary>It has been put into a list of this operation. Under the gate.</summary>
    internal void BeginLook(WaitOperation operation)
    {
        if (SelectNumber == 0) BeginLook(Owner, operation, blocks: Parker is not null);
    }
}
