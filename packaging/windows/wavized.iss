; Windows installer (Inno Setup 6) of the frozen program: iscc /DVersion=0.1.0 packaging\windows\wavized.iss
; For one user, without administrator's rights. Written by the manual; it has NOT BEEN RUN on Windows yet.

#ifndef Version
  #error Say which version: iscc /DVersion=0.1.0
#endif

[Setup]
AppId={{6F0B1C43-2B55-4C0E-9C1F-3D1B8C7A5E21}
AppName=Wavized
AppVersion={#Version}
AppPublisher=The Wavized developers
DefaultDirName={autopf}\Wavized
DefaultGroupName=Wavized
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0
LicenseFile=..\..\LICENSE
SetupIconFile=..\icons\wavized.ico
UninstallDisplayIcon={app}\wavizedw.exe
OutputDir=..\..\dist
OutputBaseFilename=wavized-{#Version}-setup
Compression=lzma2
SolidCompression=yes
WizardStyle=modern
CloseApplications=yes
RestartApplications=no

[Languages]
Name: "english"; MessagesFile: "compiler:Default.isl"

[Tasks]
Name: "autostart"; Description: "Start Wavized when I log in"
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[InstallDelete]
; What an older version left here must not be found by the new one. Nothing of the user's lies in this folder.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "..\..\dist\wavized\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{autoprograms}\Wavized"; Filename: "{app}\wavizedw.exe"; Parameters: "run"
Name: "{autodesktop}\Wavized"; Filename: "{app}\wavizedw.exe"; Parameters: "run"; Tasks: desktopicon

[Run]
Filename: "{app}\wavized.exe"; Parameters: "autostart enable"; Flags: runhidden; Tasks: autostart
Filename: "{app}\wavizedw.exe"; Parameters: "run"; Description: "{cm:LaunchProgram,Wavized}"; Flags: nowait postinstall skipifsilent

[UninstallRun]
; Takes the start at login and the cache away; settings, journal and every sample stay.
Filename: "{app}\wavized.exe"; Parameters: "uninstall --yes --keep-state"; Flags: runhidden waituntilterminated; RunOnceId: "OwnTraces"
