using Microsoft.Win32.SafeHandles;

namespace FastCore.Net.Transport.Native;

/// <summary>
/// A file that is only added to, by several processes at once if need be: opened with O_APPEND, so that the kernel looks for the end at
/// each write, under the file's lock. The platform's own <see cref="FileMode.Append"/> looks for it once and then writes at positions of
/// its own, over what another has written meanwhile. Elsewhere than on Linux that is what there is. One thread at a time.
/// </summary>
internal static class AppendingFile
{
    private const int WriteOnly = 0x1;
    private const int Create = 0x40;
    private const int NoTerminal = 0x100;
    private const int Append = 0x400;
    private const int ReadAndWriteForAll = 0x1B6;

    /// <summary>Opens it, and makes it if it is not there, with the mode that the process's mask leaves of 666.</summary>
    /// <exception cref="IOException">It can't be opened; the message names it and the reason.</exception>
    public static Stream Open(string path)
    {
        if (!OperatingSystem.IsLinux()) return new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var file = LinuxFiles.Open(path, WriteOnly | Create | NoTerminal | Append, ReadAndWriteForAll, out var error);
        return file == null ? throw new IOException($"{path} can't be opened: {Errno.Describe(error)}.") : new Output(path, file);
    }

    private sealed unsafe class Output(string path, SafeFileHandle handle) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            ObjectDisposedException.ThrowIf(handle.IsClosed, this);
            while (!buffer.IsEmpty)
            {
                nint count;
                fixed (byte* data = buffer) count = LibC.Write((int)handle.DangerousGetHandle(), data, (nuint)buffer.Length);
                if (count < 0 && LibC.LastError == Errno.EINTR) continue;
                if (count <= 0) throw new IOException($"{path} can't be written: {Errno.Describe(LibC.LastError)}.");
                buffer = buffer[(int)count..];
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
        public override void Flush() { }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) handle.Dispose();
            base.Dispose(disposing);
        }
    }
}
