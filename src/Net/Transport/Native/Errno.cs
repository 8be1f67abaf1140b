using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FastCore.Net.Transport.Native;

/// <summary>Linux's error numbers, as errno(3) names them, where the engines speak of them.</summary>
internal static class Errno
{
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int EINTR = 4;
    public const int EIO = 5;
    public const int ENXIO = 6;
    public const int EBADF = 9;
    public const int EAGAIN = 11;
    public const int ENOMEM = 12;
    public const int EACCES = 13;
    public const int EBUSY = 16;
    public const int ENOTDIR = 20;
    public const int EINVAL = 22;
    public const int ENFILE = 23;
    public const int EMFILE = 24;
    public const int EPIPE = 32;
    public const int ENAMETOOLONG = 36;
    public const int ENOSYS = 38;
    public const int ELOOP = 40;
    public const int ETIME = 62;
    public const int EBADMSG = 74;
    public const int EOPNOTSUPP = 95;
    public const int EADDRINUSE = 98;
    public const int EADDRNOTAVAIL = 99;
    public const int ENETUNREACH = 101;
    public const int ECONNABORTED = 103;
    public const int ECONNRESET = 104;
    public const int ENOBUFS = 105;
    public const int ETIMEDOUT = 110;
    public const int ECONNREFUSED = 111;
    public const int EHOSTUNREACH = 113;
    public const int EINPROGRESS = 115;
    public const int ESTALE = 116;
    public const int EUCLEAN = 117;
    public const int ECANCELED = 125;

    // One table for names and for .NET's own errors, so that neither can miss what the other knows.
    private static readonly (int Number, string Name, SocketError Error)[] Known =
    [
        (EPERM, nameof(EPERM), SocketError.AccessDenied),
        (EINTR, nameof(EINTR), SocketError.Interrupted),
        (EIO, nameof(EIO), SocketError.SocketError),
        (EBADF, nameof(EBADF), SocketError.NotSocket),
        (EAGAIN, nameof(EAGAIN), SocketError.WouldBlock),
        (ENOMEM, nameof(ENOMEM), SocketError.NoBufferSpaceAvailable),
        (EACCES, nameof(EACCES), SocketError.AccessDenied),
        (EBUSY, nameof(EBUSY), SocketError.SocketError),
        (EINVAL, nameof(EINVAL), SocketError.InvalidArgument),
        (ENFILE, nameof(ENFILE), SocketError.TooManyOpenSockets),
        (EMFILE, nameof(EMFILE), SocketError.TooManyOpenSockets),
        (EPIPE, nameof(EPIPE), SocketError.Shutdown),
        (ENOSYS, nameof(ENOSYS), SocketError.OperationNotSupported),
        (ETIME, nameof(ETIME), SocketError.TimedOut),
        (EOPNOTSUPP, nameof(EOPNOTSUPP), SocketError.OperationNotSupported),
        (EADDRINUSE, nameof(EADDRINUSE), SocketError.AddressAlreadyInUse),
        (EADDRNOTAVAIL, nameof(EADDRNOTAVAIL), SocketError.AddressNotAvailable),
        (ENETUNREACH, nameof(ENETUNREACH), SocketError.NetworkUnreachable),
        (ECONNABORTED, nameof(ECONNABORTED), SocketError.ConnectionAborted),
        (ECONNRESET, nameof(ECONNRESET), SocketError.ConnectionReset),
        (ENOBUFS, nameof(ENOBUFS), SocketError.NoBufferSpaceAvailable),
        (ETIMEDOUT, nameof(ETIMEDOUT), SocketError.TimedOut),
        (ECONNREFUSED, nameof(ECONNREFUSED), SocketError.ConnectionRefused),
        (EHOSTUNREACH, nameof(EHOSTUNREACH), SocketError.HostUnreachable),
        (EINPROGRESS, nameof(EINPROGRESS), SocketError.InProgress),
        (ECANCELED, nameof(ECANCELED), SocketError.OperationAborted),
    ];

    public static string Name(int number)
    {
        foreach (var known in Known)
        {
            if (known.Number == number) return known.Name;
        }
        return $"errno {number}";
    }

    /// <summary>The system's own words for it, beginning in lower case.</summary>
    public static string Describe(int number)
    {
        var text = Marshal.GetPInvokeErrorMessage(number);
        return text.Length > 1 && char.IsUpper(text[0]) && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
    }

    public static SocketError ToSocketError(int number)
    {
        foreach (var known in Known)
        {
            if (known.Number == number) return known.Error;
        }
        return SocketError.SocketError;
    }

    public static int FromSocketError(SocketError error)
    {
        foreach (var known in Known)
        {
            if (known.Error == error && known.Number is not (EPERM or ENFILE or ENOMEM or ETIME)) return known.Number;
        }
        return EIO;
    }
}
