import Glibc
import SystemPackage
import WarderConfiguration
import WarderLinux
import WarderModel
import WarderWire

/// The configuration file and the vault's directory, as they look from here.
struct FileChecks {
    let places: VaultPlaces
    let environment: [String: String]
    /// What the daemon would say about the configuration file.
    var fault: ConfigurationError?

    var findings: [Findings.Finding] { configuration + dataDirectory }

    private var configuration: [Findings.Finding] {
        do throws(FileTrustError) {
            try FileTrust.check(file: places.configuration, maximumMode: 0o644)
            return fault.map { fault in
                [finding("error", "configuration_wrong", "\(fault.place): \(fault.problem)", fault.remedy)]
            } ?? []
        } catch {
            switch error {
            case .missing where environment["WARDER_CONFIG"]?.isEmpty ?? true:
                return []  // Every setting has a default.
            case .unreadable(_, .permissionDenied):
                return [
                    finding(
                        "note",
                        "configuration_unreadable",
                        "you may not read \(places.configuration)",
                        "sudo warder doctor"
                    )
                ]
            case .missing(let path):
                return [
                    finding(
                        "error",
                        "configuration_missing",
                        "WARDER_CONFIG names \(path), which does not exist",
                        "unset WARDER_CONFIG, or create the file"
                    )
                ]
            default:
                return [finding("error", "configuration_untrusted", error.description, error.remedy)]
            }
        }
    }

    private var dataDirectory: [Findings.Finding] {
        var status = stat()
        // Missing until the first start, and out of sight for other users than the vault's own.
        guard unsafe lstat(places.dataDirectory, &status) == 0 else { return [] }
        let path = places.dataDirectory
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return [
                finding(
                    "error",
                    "data_directory_wrong",
                    "\(path) is not a directory",
                    "move it away, and start warderd again"
                )
            ]
        }
        var findings: [Findings.Finding] = []
        if status.st_mode & 0o077 != 0 {
            findings.append(
                finding(
                    "error",
                    "data_directory_open",
                    "\(path) can be entered by others than its owner",
                    "chmod 700 \(ShellWord.quoted(path))"
                )
            )
        }
        if case .user(let uid) = places.owner, status.st_uid != uid {
            findings.append(
                finding(
                    "error",
                    "data_directory_foreign",
                    "\(path) belongs to user \(status.st_uid), not to you",
                    "sudo chown -R \(uid) \(ShellWord.quoted(path))"
                )
            )
        }
        return findings
    }

    private func finding(_ severity: String, _ code: String, _ message: String, _ remedy: String) -> Findings.Finding {
        Findings.Finding(severity: severity, code: code, message: message, remedy: remedy)
    }
}
