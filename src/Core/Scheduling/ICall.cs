namespace FastCore.Scheduling;

/// <summary>A delegate with its state: a struct type parameter, so that both kinds of delegates are joined by the same code.</summary>
internal interface ICall
{
    void Make();
}

internal readonly struct ActionCall<TState>(Action<TState> action, TState state) : ICall
{
    public void Make() => action(state);
}

internal struct FunctionCall<TState, TResult>(Func<TState, TResult> function, TState state) : ICall
{
    /// <summary>What it has returned.</summary>
    internal TResult? Result { get; private set; }

    public void Make() => Result = function(state);
}
