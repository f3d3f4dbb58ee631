/// Which release of Warder this is: one number for the daemon and the command, which are installed together.
package enum Release {
    /// Major, minor and patch (Semantic Versioning 2.0.0).
    package static let version = "0.1.0"
}
