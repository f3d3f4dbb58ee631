import ClientConfigurations
import SystemPackage
import WarderModel

/// Carries a plan out so that a cut at any point loses nothing, and the same command goes on from there.
///
/// What is about to happen to each file is written down first, then the vault gets the values and says which versions
/// they are, then that is written down, and only then do values leave the files.
struct ImportWork {
    let plan: ImportPlan
    let files: [ClientFile]
    let records: ImportRecords
    let store: VaultImport
    let now: Timestamp

    func run() throws(CommandFailure) {
        var begun: [(file: ClientFile, rewritten: [UInt8], record: ImportRecord)] = []
        for (file, planned) in zip(files, plan.files) {
            guard let layer = ImportLayer(planned), let rewritten = planned.rewritten else { continue }
            let earlier = try records.record(of: file.target.string)
            let record = ImportRecord(
                path: file.target.string,
                client: planned.format,
                state: .storing,
                imported: now,
                layers: (earlier?.layers(shownIn: file.content) ?? []) + [layer]
            )
            guard record.stored.count <= ImportRecord.maximumBytes else {
                throw .usage(
                    "\(file.shown): there is more to remember of it than \(ImportRecord.maximumBytes >> 20) MiB"
                )
            }
            begun.append((file, rewritten, record))
        }
        // Before anything is stored: a file that changed while somebody read the plan is not what was planned.
        for (file, _, _) in begun where !file.isUnchanged() { throw ClientFile.changed(file.shown) }
        do throws(CommandFailure) {
            for (_, _, record) in begun { try records.write(record) }
            let versions = try store.run(plan)
            for index in begun.indices {
                begun[index].record.setVersions(versions)
                try records.write(begun[index].record)
            }
            for (file, rewritten, record) in begun {
                try file.replace(with: rewritten)
                var record = record
                record.state = .written
                try records.write(record)
            }
        } catch {
            var failure = error
            failure.hints.append("What was done stays. Run the same command again: it goes on from here")
            throw failure
        }
    }
}

extension ImportRecord {
    /// Notes which versions the values of the last import are.
    fileprivate mutating func setVersions(_ versions: [SecretName: UInt32]) {
        guard var layer = layers.popLast() else { return }
        for index in layer.moved.indices { layer.moved[index].version = versions[layer.moved[index].secret] }
        layers.append(layer)
    }
}
