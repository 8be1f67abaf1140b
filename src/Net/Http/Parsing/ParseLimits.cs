namespace FastCore.Net.Http.Parsing;

/// <summary>How much of a head is read before it is refused.</summary>
/// <param name="RequestLine">Bytes of the request line, its CRLF not counted.</param>
/// <param name="Fields">Bytes of all field lines with their CRLFs and the empty line.</param>
/// <param name="FieldCount">Field lines.</param>
internal sealed record ParseLimits(int RequestLine, int Fields, int FieldCount);
