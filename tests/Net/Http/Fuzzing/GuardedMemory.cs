using System.Runtime.InteropServices;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>
/// Room for an input between two pages that nobody may touch: a parser that reads one byte past either end of what it was
/// given ends the process, with the reader's name in the stack, instead of reading what happens to lie there.
/// </summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int NoAccess = 0;
    private const int ReadAndWrite = 3;
    private const int PrivateAnonymous = 0x22;

    private readonly byte* _mapped;
    private readonly byte* _room;
    private readonly int _capacity;
    private readonly int _mappedLength;

    /// <param name="capacity">Bytes of the largest input; rounded up to whole pages.</param>
    public GuardedMemory(int capacity)
    {
        var page = Environment.SystemPageSize;
        _capacity = Math.Max(page, (capacity + page - 1) / page * page);
        _mappedLength = _capacity + 2 * page;
        var mapped = Map(0, (nuint)_mappedLength, NoAccess, PrivateAnonymous, -1, 0);
        if (mapped == -1) throw new InvalidOperationException($"mmap of {_mappedLength} bytes failed: errno {Marshal.GetLastPInvokeError()}.");
        _mapped = (byte*)mapped;
        _room = _mapped + page;
        if (Protect((nint)_room, (nuint)_capacity, ReadAndWrite) != 0) throw new InvalidOperationException($"mprotect failed: errno {Marshal.GetLastPInvokeError()}.");
    }

    public int Capacity => _capacity;

    /// <summary>A copy whose last byte is the last before the closed page.</summary>
    public Span<byte> AtTheEnd(scoped ReadOnlySpan<byte> bytes) => Place(bytes, _capacity - bytes.Length);

    /// <summary>A copy whose first byte is the first after the closed page.</summary>
    public Span<byte> AtTheBeginning(scoped ReadOnlySpan<byte> bytes) => Place(bytes, 0);

    private Span<byte> Place(scoped ReadOnlySpan<byte> bytes, int at)
    {
        if (bytes.Length > _capacity) throw new ArgumentException($"There is room for {_capacity} bytes, and these are {bytes.Length}.", nameof(bytes));
        var place = new Span<byte>(_room + at, bytes.Length);
        bytes.CopyTo(place);
        return place;
    }

    public void Dispose() => _ = Unmap((nint)_mapped, (nuint)_mappedLength);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint address, nuint length);
}
