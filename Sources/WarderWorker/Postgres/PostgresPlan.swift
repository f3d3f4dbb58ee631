import SecretMemory
import WarderWire

/// Which roles a secret stands for, as its operator set it.
struct PostgresPlan {
    enum Strategy: String {
        /// One role, whose password changes.
        case single
        /// Two roles that take turns, so that the old login lasts while the new one spreads.
        case alternating
    }

    let strategy: Strategy
    /// One or two.
    let roles: [String]
    private let job: Job

    /// - Throws: `StepFault` for settings that mean nothing here.
    init(_ job: Job) throws(StepFault) {
        self.job = job
        if let unknown = job.settings.keys.first(where: { !["strategy", "roles", "role"].contains($0) }) {
            throw Self.wrong("there is no setting \(unknown) for postgres; it knows strategy, role and roles")
        }
        let word = job.settings["strategy"] ?? (job.settings["roles"] == nil ? "single" : "alternating")
        guard let strategy = Strategy(rawValue: word) else {
            throw Self.wrong("the setting strategy takes single or alternating")
        }
        self.strategy = strategy
        roles =
            switch strategy {
            case .single: try Self.single(job)
            case .alternating: try Self.alternating(job)
            }
        for role in roles where !(1...63).contains(role.utf8.count) || role.utf8.contains(0) {
            throw Self.wrong("the name of a role has 1 to 63 bytes")
        }
    }

    private static func single(_ job: Job) throws(StepFault) -> [String] {
        guard job.settings["roles"] == nil else { throw wrong("the setting roles is for the strategy alternating") }
        let current = job.current?.fields.text("username")
        // Whoever may store the secret would choose whose password an administrator changes.
        guard job.helper == nil || job.settings["role"] != nil else {
            throw wrong("with a helper, the setting role must name the role")
        }
        guard let role = job.settings["role"] ?? current ?? job.candidate?.fields.text("username") else {
            throw wrong("no role: the secret has no field username yet; set it, or the setting role")
        }
        if let current, current != role { throw wrong("the setting role is not the secret's username") }
        return [role]
    }

    private static func alternating(_ job: Job) throws(StepFault) -> [String] {
        let roles = (job.settings["roles"] ?? "").split(separator: ",", omittingEmptySubsequences: false).map(
            String.init
        )
        guard job.settings["role"] == nil, roles.count == 2, roles[0] != roles[1] else {
            throw wrong("the strategy alternating needs the setting roles with two names: roles=app_a,app_b")
        }
        if let current = job.current?.fields.text("username"), !roles.contains(current) {
            throw wrong("the secret's username is none of the two roles")
        }
        return roles
    }

    private static func wrong(_ message: String) -> StepFault { StepFault(.failed, message, retry: false) }

    /// The role that the next version is for.
    var next: String {
        let current = job.current?.fields.text("username")
        return roles.first { $0 != current } ?? roles[0]
    }
}

extension JobFields {
    /// A value that is text.
    func text(_ name: String) -> String? {
        self[name].flatMap { value in
            unsafe value.withUnsafeBytes { unsafe String(validating: $0, as: UTF8.self) }
        }
    }
}
