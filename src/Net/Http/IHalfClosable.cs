namespace FastCore.Net.Http;

/// <summary>
/// A connection that can end in one direction before it does in the other: what <see cref="HttpContext.UpgradeAsync"/> and
/// <see cref="Client.HttpClientResponse.UpgradedStream"/> give is one.
/// </summary>
public interface IHalfClosable
{
    /// <summary>Tells the peer, behind what has been written, that no more comes; what it sends is read on. On any thread; does nothing the second time. A write that follows throws <see cref="InvalidOperationException"/>.</summary>
    void CompleteWrites();
}
