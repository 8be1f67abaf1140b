using System.Numerics;

namespace FastCore.Net.Transport.Tls;

/// <summary>Arrays that nobody keeps, for what may end on another thread than its reactor's. Thread-safe.</summary>
internal sealed class UnpooledArrays : IArrayOwner
{
    public static readonly UnpooledArrays Instance = new();

    // A ClientHello and what a server answers it mostly fit.
    private const uint MinSize = 2048;

    private UnpooledArrays() { }

    public byte[] Rent(int size) => GC.AllocateUninitializedArray<byte>((int)BitOperations.RoundUpToPowerOf2(Math.Max((uint)size, MinSize)));

    public void Return(byte[] array) { }
}
