namespace FastCore.Net.Http.Parsing;

/// <summary>The answer to a request that can't be served: a status and a sentence for the person who reads it.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Reason">ASCII; never holds anything the client sent.</param>
internal readonly record struct Rejection(int Status, string Reason)
{
    public static Rejection BadRequest(string reason) => new(400, reason);

    public bool IsNone => Status == 0;
}
