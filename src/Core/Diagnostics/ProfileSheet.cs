namespace FastCore.Diagnostics;

/// <summary>A profile before it is written: rows, and for each the frames under which it is counted.</summary>
/// <param name="Name">What it is a profile of, a word.</param>
/// <param name="Unit">Of the weights, as speedscope names units.</param>
/// <param name="Columns">Their names, with underscores for spaces.</param>
/// <param name="Notes">What there is to say beside the rows.</param>
/// <param name="Rows">The rows, the most important first.</param>
internal sealed record ProfileSheet(string Name, string Unit, string[] Columns, IReadOnlyList<string> Notes, IReadOnlyList<ProfileRow> Rows);

/// <summary>A row.</summary>
/// <param name="Cells">As many as there are columns: texts, whole numbers and fractions.</param>
/// <param name="Frames">From the widest to the narrowest.</param>
/// <param name="Weight">In the sheet's unit.</param>
internal sealed record ProfileRow(object[] Cells, string[] Frames, double Weight);
