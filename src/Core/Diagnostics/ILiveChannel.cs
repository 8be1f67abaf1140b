namespace FastCore.Diagnostics;

/// <summary>A channel that can be looked at while it works, whatever it carries.</summary>
public interface ILiveChannel
{
    /// <summary>How it stands. By any thread at any time; it may wait for a moment for those who are inside the channel's gate.</summary>
    ChannelLook Look();
}
