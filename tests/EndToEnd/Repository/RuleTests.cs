namespace FastCore.EndToEnd.Tests.Repository;

[TestFixture]
internal sealed class RuleTests
{
    private static IEnumerable<Rule> Rules => [.. TextRules.All, .. SyntaxRules.All, .. ArrowRules.All];

    [TestCaseSource(nameof(Rules))]
    public void Holds_everywhere(Rule rule)
    {
        var findings = SourceFile.All.SelectMany(rule.Check).ToList();
        Assert.That(findings, Is.Empty, $"{rule.Name}. {rule.Reason}\n{string.Join('\n', findings)}");
    }

    [TestCaseSource(nameof(Rules))]
    public void Sees_a_planted_fault(Rule rule) => Assert.That(rule.Check(rule.Broken).ToList(), Is.Not.Empty);

    [TestCaseSource(nameof(Rules))]
    public void Excuses_nothing_that_keeps_it(Rule rule)
    {
        var needed = SourceFile.All.Where(file => rule.CheckUnexcused(file).Any()).Select(file => file.Path);
        Assert.That(rule.Excused.Keys, Is.SubsetOf(needed));
    }

    [Test]
    public void The_files_of_every_project_are_read()
    {
        string[] witnesses = ["src/Core/Atomics/IAtomics.cs", "src/Net/FastCore.Net.csproj", "native-aot/cli/Program.cs", "test", ".ci/run", "README.md"];
        Assert.That(SourceFile.All.Select(file => file.Path), Is.SupersetOf(witnesses));
    }
}
