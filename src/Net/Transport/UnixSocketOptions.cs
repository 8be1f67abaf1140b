namespace FastCore.Net.Transport;

/// <summary>Who may connect to a Unix-domain socket with a path: connecting needs the right to write to its file. An abstract one has no file, and is open to every user of its network namespace.</summary>
public sealed record UnixSocketOptions
{
    /// <summary>
    /// The file's mode, whatever the process's mask. 0600 lets this user alone connect; a proxy under another user needs its
    /// group and 0660, or 0666 for everybody.
    /// </summary>
    public UnixFileMode Mode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The file's owner, by name or number; <see langword="null"/> is this process's user. Only root may give files away.</summary>
    public string? Owner { get; init; }

    /// <summary>The file's group, by name or number; <see langword="null"/> is this process's group.</summary>
    public string? Group { get; init; }
}
