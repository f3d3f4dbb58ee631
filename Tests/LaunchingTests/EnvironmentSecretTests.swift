import Glibc
import Testing
import WarderModel

@testable import Launching

/// What a command line says about secrets and rotations.
@Suite struct EnvironmentSecretTests {
    @Test("a variable, a secret, and a field where it is not `value`")
    func whole() throws {
        let secret = try EnvironmentSecret("GITHUB_TOKEN=github/pat")
        #expect(secret.variable == "GITHUB_TOKEN" && secret.secret.text == "github/pat" && secret.field == .value)
        #expect(try EnvironmentSecret("_a1=db/app#password").field.text == "password")
    }

    @Test(
        "everything else is refused for what is wrong with it",
        arguments: [
            ("GITHUB_TOKEN", EnvironmentSecret.Fault.shape), ("", .shape), ("=a", .variable), ("1A=a", .variable),
            ("A-B=a", .variable), ("\u{C4}=a", .variable), ("WARDER_SOCKET=a", .reserved), ("A=", .secret),
            ("A=../a", .secret), ("A=a b", .secret), ("A=a#", .field), ("A=a#b#c", .field), ("A=#value", .secret),
        ]
    )
    func faults(text: String, fault: EnvironmentSecret.Fault) {
        #expect(throws: fault) { try EnvironmentSecret(text) }
    }

    @Test("a policy is a word, and a signal one that servers know")
    func policies() {
        #expect(RotationPolicy("restart") == .restart && RotationPolicy("ignore") == .ignore)
        #expect(RotationPolicy("signal:HUP") == .signal(SIGHUP))
        for text in ["", "Restart", "signal", "signal:", "signal:KILL", "signal:9", "signal:hup"] {
            #expect(RotationPolicy(text) == nil)
        }
    }
}
