using System.Diagnostics;

namespace FastCore.Net.Transport;

/// <summary>Bytes that have arrived and wait, in order, in a lent array; empty, it holds none. It may be moved, never copied. One thread at a time.</summary>
internal struct ByteBacklog
{
    private byte[]? _array;
    private int _start;
    private int _end;

    public readonly int Length => _end - _start;

    /// <summary>Good until the next change.</summary>
    public readonly Span<byte> Bytes => _array.AsSpan(_start, Length);

    public void Append(ReadOnlySpan<byte> data, IArrayOwner owner)
    {
        if (data.IsEmpty) return;
        if (_array == null)
        {
            _array = owner.Rent(data.Length);
        }
        else if (_end + data.Length > _array.Length)
        {
            var length = Length;
            var target = length + data.Length > _array.Length ? owner.Rent(length + data.Length) : _array;
            Bytes.CopyTo(target);
            if (target != _array) owner.Return(_array);
            (_array, _start, _end) = (target, 0, length);
        }
        data.CopyTo(_array.AsSpan(_end));
        _end += data.Length;
    }

    /// <summary>Drops the first <paramref name="count"/> bytes.</summary>
    public void Skip(int count, IArrayOwner owner)
    {
        _start += count;
        Debug.Assert(_start <= _end, "No more is used than there was.");
        if (_start == _end) Clear(owner);
    }

    public void Clear(IArrayOwner owner)
    {
        if (_array != null) owner.Return(_array);
        this = default;
    }
}
