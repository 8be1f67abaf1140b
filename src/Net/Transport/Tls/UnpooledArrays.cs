using System.Numerics;

namespace FastCore.Net.Transport.Tls;

/// <summary>Arrays that nobody keeps, for what may end on another thread than its reactor's. Thread-safe.</summary>
internal sealed class UnpooledArrays : IArrayOwner
{
    public static readonly UnpooledArrays Instance = new();

    // A ClientHello and what a server answers it mostly fit.
    private const uint MinSize = 2048;

    // Doubled, larger ones would come to the large object heap long before they must.
    private const uint MaxDoubled = 64 * 1024;
    private const uint Step = 4096;

    private UnpooledArrays() { }

    public byte[] Rent(int size) => GC.AllocateUninitializedArray<byte>((int)Rounded((uint)size));

    private static uint Rounded(uint size) => size <= MaxDoubled ? BitOperations.RoundUpToPowerOf2(Math.Max(size, MinSize)) : (size + Step - 1) / Step * Step;

    public void Return(byte[] array) { }
}
