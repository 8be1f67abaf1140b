namespace FastCore.Gateway.Revocation;

/// <summary>Where revocations are kept beside this gateway's memory, and learned of.</summary>
internal interface IRevocationSource : IAsyncDisposable
{
    /// <summary>Whether it can be reached now; what it told last stays in force while it can't.</summary>
    bool IsConnected { get; }

    /// <summary>Tells all who share it.</summary>
    /// <param name="id">What is revoked.</param>
    /// <param name="expires">When the token expires, in seconds since 1970.</param>
    Task PublishAsync(string id, long expires);
}
