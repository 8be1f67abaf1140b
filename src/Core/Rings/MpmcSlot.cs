namespace FastCore.Rings;

/// <summary>A slot of <see cref="MpmcRingCore{T, TAtomics}"/>.</summary>
internal struct MpmcSlot<T>
{
    /// <summary>
    /// Says whose turn the slot is. Equal to a tail: free for the producer that claims that tail. One more than a head:
    /// holds the item of the consumer that claims that head. Only who claimed the cursor writes it, with release order
    /// after the item; every look at it is an acquire read, and pairs with that.
    /// </summary>
    internal long Sequence;

    /// <summary>Touched only between the claim of a cursor and the write of <see cref="Sequence"/> that ends it.</summary>
    internal T Item;
}
