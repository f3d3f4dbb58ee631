import Rotating
import Sealing
import WarderModel

extension Handout {
    /// The most that settings can give a rotator for a step, in seconds. A hook that they give nothing has all of it,
    /// because its entry in the configuration says what it may take.
    static let longestSeconds: Int64 = 600
    /// What a server has, in seconds.
    static let serverSeconds: Int64 = 60
    static let timeoutSetting = "timeout"

    /// Opens what a step needs, and nothing else.
    ///
    /// - Throws: where something of it cannot be opened.
    init(
        _ step: RotationStep,
        of rotation: Rotation,
        _ run: RotationRun,
        _ secret: Secret,
        in transaction: borrowing Transaction
    ) throws(Refusal) {
        func version(_ number: UInt32?) throws(Refusal) -> Version? {
            guard let number else { return nil }
            guard let version = secret.version(number) else { throw .versionMissing }
            guard version.state != .destroyed else { throw .versionDestroyed }
            return Version(number: number, fields: try transaction.fields(of: secret, version: number))
        }
        id = transaction.keys.newRecordID()
        self.secret = secret.name
        self.rotation = run.id
        self.step = step
        attempt = run.attempt
        rotator = rotation.rotator
        settings = Self.settings(of: rotation)
        handle = run.handle
        // Beside the candidate stands what is valid without it: where that has been promoted, the version before it. At
        // the end the candidate itself is what stays, or what somebody has stored by hand meanwhile.
        let valid = secret.current?.number
        current = try version(step != .retire && valid == run.candidate ? run.from : valid)
        candidate = try version(run.candidate)
        retiring = step == .retire ? try version(run.from) : nil
        helper = try Self.helper(of: rotation, in: transaction)
        seconds = Self.seconds(rotation)
    }

    /// A rotator that knows all its settings is not given those that are the vault's own.
    private static func settings(of rotation: Rotation) -> [RotatorSetting: PlainText] {
        guard case .postgres = rotation.rotator else { return rotation.settings }
        let own = rotation.recipeSettings.keys + [Candidate.fieldSetting, timeoutSetting]
        return rotation.settings.filter { !own.contains($0.key.text) }
    }

    private static func helper(
        of rotation: Rotation,
        in transaction: borrowing Transaction
    ) throws(Refusal) -> Helper? {
        guard let name = rotation.helper else { return nil }
        let secret = try Secrets.live(name, in: transaction.state)
        guard let current = secret.current else { throw .versionMissing }
        let fields = try transaction.fields(of: secret, version: current.number)
        return Helper(name: name, version: Version(number: current.number, fields: fields))
    }

    private static func seconds(_ rotation: Rotation) -> Int64 {
        let text = rotation.settings.first { $0.key.text == timeoutSetting }?.value.text
        if let seconds = text.flatMap({ Int64($0) }) { return min(max(seconds, 1), longestSeconds) }
        return if case .exec = rotation.rotator { longestSeconds } else { serverSeconds }
    }

    /// For the event: which values left the vault, by version and field.
    var contents: [String] {
        var seen: Set<UInt32> = []
        let versions = [current, candidate, retiring].compactMap(\.self).filter { seen.insert($0.number).inserted }
        return versions.map { "handed/\($0.facts)" }
            + (helper.map { ["handed/helper/\($0.name)/\($0.version.facts)"] } ?? [])
    }
}

extension Handout.Version {
    fileprivate var facts: String { "v\(number)/" + fields.values.keys.sorted().map(\.text).joined(separator: "+") }
}
