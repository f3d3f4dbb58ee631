package import ToolDefinitions
import WarderModel

/// Proposes risk and category for a tool from what its definition says of it.
///
/// The same definition always gets the same verdict: no clock, no network, no list of known tools.
/// docs/design/classification.md has the rules in words and what they get wrong.
package enum ToolClassifier {
    /// A proposal; annotations can make it worse and never better.
    package static func classify(_ tool: ToolDefinition) -> ToolVerdict {
        let reading = ToolReading(tool)
        let rule = ReadOnlyRule(reading)
        guard rule.holds else {
            let harm = HarmRule(reading)
            var reasons: [RiskReason] = []
            for reason in harm.reasons + (rule.changes.isEmpty ? [.unknown] : rule.changes)
            where !reasons.contains(reason) {
                reasons.append(reason)
            }
            return ToolVerdict(risk: harm.risk, category: harm.category, reasons: reasons)
        }
        if revealsCredential(reading) {
            return ToolVerdict(
                risk: .critical,
                category: .administrative,
                reasons: [.givesCredentials] + rule.reads
            )
        }
        return ToolVerdict(risk: .readOnly, category: .standard, reasons: rule.reads + [.writesNothing])
    }

    /// Reading changes nothing, and what is read opens other things: a field of the answer is a credential, the last thing
    /// in the name, or what the description says it gives. A list of secrets has their names; with their values it has all.
    private static func revealsCredential(_ tool: ToolReading) -> Bool {
        if tool.givesCredentials || tool.description?.givesValuesOfCredentials == true { return true }
        if let description = tool.description, description.lead?.base != "list",
            Lexicon.credentialPairs.contains(Array(description.object.suffix(2)))
        {
            return true
        }
        let last = tool.name.words.last {
            !["value", "values", "by", "id", "name", "v", "get", "read"].contains($0) && Int($0) == nil
        }
        guard let last, !tool.name.words.contains("list") else { return false }
        return Lexicon.credentials.contains(last)
    }
}
