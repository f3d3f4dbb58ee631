/// Secrets of nobody, in the forms of their issuers.
enum Invented {
    static let github = "ghp_Zq81LmTw0RkXc5Vb7Nd2Yh4Jf9Sg3PaEu6Qi"
    static let slack = "xoxb-4821590733-9917350284-kT4wQz8LrVm2XcBn6Hd0Yj3F"
    static let brave = "BSAq7Lw2ZrXk9VtYm4Nc8Jd1Hf5Gp3Sb"
    static let anthropic = "sk-ant-api03-pQ7wLz2RkXc9VtYm4Nd8Jf1Hg5Sb3Ea6Ui0To"
    static let grafana = "glsa_w8RtYq2LmZx7KcVb4Nd9Jf1Hg5Sp3Ea6_1f2e3d4c"
    static let database = "n7!kQw%2Fe9"
    static let databaseURL = "postgresql://reporting:\(database)@db.internal:5432/sales?sslmode=require"
    static let sqlPassword = "Vb6-trellis-Qm"
    static let password = "marmot-gravel-42"
    static let hex = "9f2c4e81b7d05a36e1c8f4097b2d6a53"
    static let telegram = "7481920365:AAHq7Lw2ZrXk9VtYm4Nc8Jd1Hf5Gp3SbTe6"
    /// As they stand in the paths of addresses.
    static let path = "Kx92mQ7Lw2ZrXk9VtYm4Nc8Jd1Hf5Gp3"
    static let webToken = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJpbnZlbnRlZCJ9.q7Lw2ZrXk9VtYm4Nc8Jd1Hf5Gp3Sb"

    static let all = [
        github, slack, brave, anthropic, grafana, database, sqlPassword, password, hex, webToken,
    ]
}
