import WarderModel
import WarderWire

@testable import Declarations

extension Harness {
    /// A file of an inventory, held against an empty vault and against itself.
    static let declaration = Harness("declaration") { input in
        let file: DeclarationReader
        do throws(DeclarationFaults) { file = try DeclarationReader(input) } catch {
            try hold(!error.faults.isEmpty && error.faults.count <= DeclarationReader.mostFaults, "a fault is told")
            for fault in error.faults {
                let words = fault.line(in: "f") + fault.remedy
                try hold(!words.unicodeScalars.contains(where: HiddenCharacter.contains), "a fault draws nothing")
                try hold(words.utf8.count < 2048, "a fault is short")
            }
            return
        }
        let text = DeclarationText.of(file.declaration)
        let again = try DeclarationReader(Array(text.utf8)).declaration
        try hold(again == file.declaration, "a file is read as it was written")
        try hold(DeclarationText.of(again) == text, "an inventory has one text")
        try plan(file)
    }

    private static func plan(_ file: DeclarationReader) throws {
        var vault = Inventory(mark: "0", profile: "team", damaged: false)
        let declaration = file.declaration
        let named =
            declaration.grants.keys.map(\.secret) + Array(declaration.rotations.keys)
            + declaration.rotations.values.compactMap(\.helper)
        vault.secrets = Set(named).map { Inventory.Secret(name: $0.text, fields: ["value"]) }
        guard let plan = try? Planner.plan(file, against: Standing(vault), prunes: true) else { return }
        try hold(plan.changes.allSatisfy { $0.kind != .remove }, "nothing goes of what is not there")
        let subjects =
            declaration.servers.count + declaration.tools.count + declaration.grants.count + declaration.rotations.count
            + declaration.limits.count + declaration.approvals.count + declaration.alerts.count
        try hold(plan.changes.count <= subjects, "nothing is done twice")
    }
}
