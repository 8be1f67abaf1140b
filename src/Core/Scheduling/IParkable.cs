namespace FastCore.Scheduling;

/// <summary>A worker as <see cref="Parking{TAtomics}"/> knows it.</summary>
internal interface IParkable
{
    /// <summary>Whether anything waits that this worker may take. Called after the worker has announced that it parks.</summary>
    bool SeesWork();

    /// <summary>Whether anything waits that another worker could take. Called after the worker has ended its search.</summary>
    bool SeesMore();

    /// <summary>Sleeps until one <see cref="Unpark"/> has been made for it, before or after.</summary>
    void Park();

    /// <summary>Ends one <see cref="Park"/>. By anyone.</summary>
    void Unpark();
}
