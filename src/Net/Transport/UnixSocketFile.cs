using System.Globalization;
using System.Net.Sockets;
using System.Text;
using FastCore.Net.Transport.Native;

namespace FastCore.Net.Transport;

/// <summary>The file of a Unix-domain socket that listens: made, given to whom it should belong, and removed if it is still there.</summary>
internal sealed class UnixSocketFile
{
    private const uint Unchanged = uint.MaxValue;

    // The C library's look-ups of users share their result.
    private static readonly Lock LookUp = new();

    private readonly FileIdentity _identity;

    private UnixSocketFile(string path, FileIdentity identity)
    {
        Path = path;
        _identity = identity;
    }

    /// <summary>Where it is, whatever the present folder.</summary>
    public string Path { get; }

    /// <summary>The path of an address; null if it is abstract, which is a name without a file.</summary>
    public static string? PathOf(UnixDomainSocketEndPoint endPoint)
    {
        var address = endPoint.Serialize();
        var name = address.Buffer.Span[sizeof(ushort)..address.Size];
        return name.IsEmpty || name[0] == 0 ? null : System.IO.Path.GetFullPath(Encoding.UTF8.GetString(name.TrimEnd((byte)0)));
    }

    /// <summary>The file at a path, if a socket is there.</summary>
    public static UnixSocketFile? At(string path) => LinuxFiles.Identify(path) is { IsSocket: true } identity ? new UnixSocketFile(path, identity) : null;

    /// <summary>Removes a socket on which nobody listens. Returns null if there is nothing at the path then, else a sentence that says what is.</summary>
    /// <remarks>Two that do so at once, for one path, may remove each other's: there is no way to remove a file on a condition.</remarks>
    public static string? Clear(string path)
    {
        if (LinuxFiles.Identify(path) is not { } found) return null;
        if (!found.IsSocket) return $"{path} is there and is no socket.";
        // Not blocking: who listens may have a full backlog, and not come to it.
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            if (LinuxFiles.Identify(path) == found) File.Delete(path);
            return null;
        }
        catch (SocketException busy) when (busy.SocketErrorCode == SocketError.WouldBlock)
        {
            // It has a backlog, so it listens.
        }
        catch (SocketException unknown)
        {
            return $"There is no telling whether somebody listens on {path}: {unknown.Message}.";
        }
        return $"Somebody listens on {path}.";
    }

    /// <summary>Gives the file of a bound socket its owner, group and mode. Before it listens, so that at no time anybody else can connect.</summary>
    /// <exception cref="SocketException">One of them is unknown, or not permitted.</exception>
    public static void Give(string path, UnixSocketOptions options)
    {
        var user = Number(options.Owner, FindUser, "user");
        var group = Number(options.Group, FindGroup, "group");
        if ((user != Unchanged || group != Unchanged) && LibC.ChangeOwner(path, user, group) != 0)
        {
            var error = LibC.LastError;
            throw new SocketException((int)Errno.ToSocketError(error), $"Can't give {path} to user {options.Owner ?? "(unchanged)"} and group {options.Group ?? "(unchanged)"}: {Errno.Name(error)}, {Errno.Describe(error)}.");
        }
        // It is made on Linux only.
        if (OperatingSystem.IsLinux()) File.SetUnixFileMode(path, options.Mode);
    }

    /// <summary>Whether it is still there, and no other in its place.</summary>
    public bool IsThere => LinuxFiles.Identify(Path) == _identity;

    /// <summary>Removes the file, unless it has gone or another is in its place.</summary>
    public void Remove()
    {
        if (IsThere) File.Delete(Path);
    }

    private static uint Number(string? name, Func<string, uint?> find, string what)
    {
        if (name == null) return Unchanged;
        if (uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number != Unchanged) return number;
        lock (LookUp) return find(name) ?? throw new SocketException((int)SocketError.InvalidArgument, $"There is no {what} {name} on this machine.");
    }

    private static unsafe uint? FindUser(string name)
    {
        var found = LibC.FindUser(name);
        return found == null ? null : found->User;
    }

    private static unsafe uint? FindGroup(string name)
    {
        var found = LibC.FindGroup(name);
        return found == null ? null : found->Group;
    }
}
