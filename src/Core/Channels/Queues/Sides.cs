namespace FastCore.Channels.Queues;

/// <summary>Many writers, many readers.</summary>
internal readonly struct ManyToMany : ISides
{
    public static bool HasManyWriters => true;

    public static bool HasManyReaders => true;
}

/// <summary>Many writers, one reader.</summary>
internal readonly struct ManyToOne : ISides
{
    public static bool HasManyWriters => true;

    public static bool HasManyReaders => false;
}

/// <summary>One writer, many readers.</summary>
internal readonly struct OneToMany : ISides
{
    public static bool HasManyWriters => false;

    public static bool HasManyReaders => true;
}
