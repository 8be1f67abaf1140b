namespace FastCore.Net.Transport;

/// <summary>Lends arrays on the pinned heap, some of which come back only when the kernel has sent them. On one reactor's thread.</summary>
internal interface IArrayOwner
{
    /// <summary>An array of at least <paramref name="size"/> bytes, with anything in it.</summary>
    byte[] Rent(int size);

    /// <summary>Nobody looks at it any more. Once for each that was lent.</summary>
    void Return(byte[] array);
}
