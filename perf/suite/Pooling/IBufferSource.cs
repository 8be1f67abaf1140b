using System.Buffers;
using Microsoft.Extensions.ObjectPool;

namespace FastCore.Perf.Pooling;

/// <summary>Where requests get their buffers.</summary>
/// <typeparam name="TBuffer">How the source hands them out.</typeparam>
internal interface IBufferSource<TBuffer> : IDisposable
{
    TBuffer Get();

    byte[] BytesOf(TBuffer buffer);

    void Return(TBuffer buffer);
}

/// <summary>No pool.</summary>
internal readonly struct NewBuffers : IBufferSource<byte[]>
{
    public byte[] Get() => new byte[PooledBuffer.Size];

    public byte[] BytesOf(byte[] buffer) => buffer;

    public void Return(byte[] buffer)
    {
    }

    public void Dispose()
    {
    }
}

/// <summary>The platform's pool of arrays.</summary>
internal readonly struct SharedArrays : IBufferSource<byte[]>
{
    public byte[] Get() => ArrayPool<byte>.Shared.Rent(PooledBuffer.Size);

    public byte[] BytesOf(byte[] buffer) => buffer;

    public void Return(byte[] buffer) => ArrayPool<byte>.Shared.Return(buffer);

    public void Dispose()
    {
    }
}

/// <summary>A pool of objects.</summary>
internal readonly struct PooledBuffers(ObjectPool<PooledBuffer> pool) : IBufferSource<PooledBuffer>
{
    public PooledBuffer Get() => pool.Get();

    public byte[] BytesOf(PooledBuffer buffer) => buffer.Bytes;

    public void Return(PooledBuffer buffer) => pool.Return(buffer);

    public void Dispose() => (pool as IDisposable)?.Dispose();
}
