namespace FastCore.Pooling;

/// <summary>A pool of whatever.</summary>
internal interface IPool
{
    string Name { get; }

    PoolStatistics Statistics { get; }

    /// <summary>Gives back an object of its type.</summary>
    void Return(object item);
}
