# SPDX-License-Identifier: MIT
#
# What can be left out of the library, one row each, and all that follows from the rows: an option
# OMNITLS_WITH_<name>, the sources that are compiled, the list of exports, <omnitls/config.h>.
# docs/features-build.md is made from the rows (tests/docs/build_features.py).
#
# name | default | bytes | needs | sources | engines' features | sentence
#   bytes    text of its objects less that of what stands in for them: Cortex-M33, -Os (tests/features/cost.py)
#   needs    other rows; without one of them this one is off as well
#   sources  in core/, left out when it is off; core/*/without_<name>.c takes their place where others call them
#   features what otls_backend_supports then denies, whatever the engine can do
set(OMNITLS_FEATURES
  "TLS|ON|76540||context/*.c connection/*.c session/*.c socket/*.c||contexts and connections: without them certificates, keys and trust stores are left, and otls_trust_verify"
  "SERVER|ON|13572|TLS|connection/server.c connection/hello.c connection/tickets.c session/tickets.c context/dh.c x509/dh.c x509/dh_groups.c||the server's side of connections"
  "SOCKETS|ON|10244|TLS|socket/*.c connection/transport_fd.c||TLS sockets (otls_connect, otls_listen) and connections over a descriptor: without them the program brings a transport"
  "FILES|ON|1588||base/files.c||reading credentials from files and directories, and writing a key log file"
  "SYSTEM_TRUST|ON|2035|FILES|trust/system.c||the system's own certificate authorities"
  "ENVIRONMENT|ON|28||base/environment.c||environment variables such as OMNITLS_BACKEND and SSL_CERT_FILE"
  "CIPHER_EXPRESSIONS|ON|5454|TLS|algorithms/cipher_expression.c algorithms/expression_words.c||cipher lists in OpenSSL's language"
  "OLD_SUITES|ON|11974||algorithms/suites_table.c||cipher suites other than TLS 1.3's three and ECDHE with AES-GCM or ChaCha20-Poly1305"
  "CERTIFICATE_TEXT|ON|3747||certificate/text.c certificate/json.c||certificates as text and as JSON for people to read"
  "ENCRYPTED_KEYS|ON|8412||identity/pbe.c identity/kdf.c identity/derivation.c identity/password.c identity/ber.c||private keys in PKCS #8 that are encrypted with a password"
  "PKCS12|ON|4224|ENCRYPTED_KEYS|identity/pfx.c identity/pkcs12.c|PKCS12 PKCS12_LEGACY|PKCS #12 files"
  "NAME_CONSTRAINTS|ON|2676||verify/names.c x509/name_constraints.c||name constraints of authorities: without them a chain below such an authority is refused"
  "POLICIES|ON|3411||verify/policy_tree.c x509/policies.c||certificate policies: without them a chain that depends on one is refused"
  "PROFILES|ON|4088||verify/profile.c x509/punycode.c||the profiles strict and webpki"
  "ENGINE_VERIFIER|ON|1286||verify/by_engine.c|ENGINE_VERIFIER|verification by the engine in core's place"
  "CRL|ON|7730||verify/crl.c verify/crl_scope.c verify/crl_signer.c x509/crl.c trust/crl.c||revocation lists: without them nobody who asks for a look at them gets a good verdict"
  "OCSP|ON|7846||verify/ocsp_check.c verify/ocsp_request.c verify/staple.c x509/ocsp.c connection/ocsp.c context/ocsp.c|OCSP_STAPLE_SERVER OCSP_STAPLE_CLIENT|OCSP: responses stapled and judged, requests"
  "PSK|ON|810|TLS|connection/psk.c context/psk.c|PSK_12 PSK_13|pre-shared keys"
  "EARLY_DATA|ON|1934|TLS|connection/early.c session/replays.c|EARLY_DATA|early data of TLS 1.3"
  "POST_HANDSHAKE|ON|1568|TLS|connection/post_handshake.c|POST_HANDSHAKE_AUTH KEY_UPDATE RENEGOTIATION|key updates, renegotiation and client certificates after the handshake"
  "EXPORTER|ON|2071|TLS|connection/exporter.c|EXPORTER TLS_UNIQUE MASTER_SECRET|keying material for other protocols, and channel bindings"
  "ACCELERATION|ON|2500|TLS|engine/acceleration.c context/acceleration.c|ACCELERATION|another library's AES-GCM and RSA in place of the engine's (otls_context_set_acceleration)"
  "ERROR_SENTENCES|ON|1157||base/sentences.c||a sentence for each way in which an engine fails: codes and alerts stay")

# ---- options ---------------------------------------------------------------------------------

# omnitls_feature_row(ROW): feature_name, _default, _bytes, _needs, _sources, _denies, _sentence
macro(omnitls_feature_row row)
  string(REPLACE "|" ";" feature_row "${row}")
  list(GET feature_row 0 feature_name)
  list(GET feature_row 1 feature_default)
  list(GET feature_row 2 feature_bytes)
  list(GET feature_row 3 feature_needs)
  list(GET feature_row 4 feature_sources)
  list(GET feature_row 5 feature_denies)
  list(GET feature_row 6 feature_sentence)
  string(REPLACE " " ";" feature_needs "${feature_needs}")
  string(REPLACE " " ";" feature_sources "${feature_sources}")
  string(REPLACE " " ";" feature_denies "${feature_denies}")
endmacro()

set(OMNITLS_FEATURES_OFF "")
# What a row needs stands above it, but nothing else is said about the order.
foreach(row IN LISTS OMNITLS_FEATURES)
  omnitls_feature_row("${row}")
  option(OMNITLS_WITH_${feature_name} "${feature_sentence}" ${feature_default})
  set(OMNITLS_HAS_${feature_name} ${OMNITLS_WITH_${feature_name}})
  foreach(need IN LISTS feature_needs)
    if(OMNITLS_HAS_${feature_name} AND NOT OMNITLS_HAS_${need})
      set(OMNITLS_HAS_${feature_name} OFF)
    endif()
  endforeach()
  if(NOT OMNITLS_HAS_${feature_name})
    list(APPEND OMNITLS_FEATURES_OFF ${feature_name})
  endif()
endforeach()

# ---- sources ---------------------------------------------------------------------------------

# omnitls_feature_sources(CORE NAME): the list NAME without what is off, and with what stands in for it.
# Sets OMNITLS_EXPORTS, the names of api/omnitls.symbols that are left, and
# OMNITLS_ABSENT_<name>, those that went with a feature.
function(omnitls_feature_sources core list_name)
  set(kept "${${list_name}}")
  list(FILTER kept EXCLUDE REGEX "/without_[a-z0-9_]+\\.c$")
  set(stand_ins "")
  foreach(row IN LISTS OMNITLS_FEATURES)
    omnitls_feature_row("${row}")
    if(OMNITLS_HAS_${feature_name})
      continue()
    endif()
    list(TRANSFORM feature_sources PREPEND "${core}/")
    file(GLOB out_${feature_name} ${feature_sources})
    list(FILTER out_${feature_name} EXCLUDE REGEX "/without_[a-z0-9_]+\\.c$")
    list(REMOVE_ITEM kept ${out_${feature_name}})
    string(TOLOWER "${feature_name}" lower)
    file(GLOB found "${core}/*/without_${lower}.c")
    list(APPEND stand_ins ${found})
  endforeach()
  if(NOT OMNITLS_HAS_TLS) # whose folders are not there at all
    list(FILTER stand_ins EXCLUDE REGEX "/(context|connection|session|socket)/[^/]*$")
  endif()

  omnitls_defined_names(there ${kept} ${stand_ins})
  file(STRINGS "${PROJECT_SOURCE_DIR}/api/omnitls.symbols" exports REGEX "^otls_")
  foreach(name IN LISTS OMNITLS_FEATURES_OFF)
    omnitls_defined_names(gone ${out_${name}})
    if(gone AND there)
      list(REMOVE_ITEM gone ${there})
    endif()
    if(gone)
      list(REMOVE_ITEM exports ${gone})
    endif()
    set(OMNITLS_ABSENT_${name} "${gone}" PARENT_SCOPE)
  endforeach()
  set(OMNITLS_EXPORTS "${exports}" PARENT_SCOPE)
  set(${list_name} ${kept} ${stand_ins} PARENT_SCOPE)
endfunction()

# The public functions that files define: each definition begins its line with its type.
function(omnitls_defined_names out)
  set(names "")
  foreach(file IN LISTS ARGN)
    file(STRINGS "${file}" lines REGEX "^[a-z][A-Za-z0-9_ ]*[ *]otls_[a-z0-9_]+\\(")
    foreach(line IN LISTS lines)
      if(line MATCHES "[ *](otls_[a-z0-9_]+)\\(")
        list(APPEND names ${CMAKE_MATCH_1})
      endif()
    endforeach()
  endforeach()
  list(REMOVE_DUPLICATES names)
  set(${out} "${names}" PARENT_SCOPE)
endfunction()

# ---- <omnitls/config.h> ----------------------------------------------------------------------

# After omnitls_feature_sources. In a call to what is absent the compiler names the option.
function(omnitls_write_config file)
  set(text "/* SPDX-License-Identifier: MIT */\n/** @file config.h What this library was built with; made by cmake/features.cmake. */\n")
  string(APPEND text "#ifndef OMNITLS_CONFIG_H\n#define OMNITLS_CONFIG_H\n\n")
  set(denied "")
  set(absent "")
  file(READ "${PROJECT_SOURCE_DIR}/api/omnitls/parity.h" apart)
  file(READ "${PROJECT_SOURCE_DIR}/api/omnitls/insecure.h" more)
  string(APPEND apart "${more}")
  foreach(row IN LISTS OMNITLS_FEATURES)
    omnitls_feature_row("${row}")
    set(value 0)
    if(OMNITLS_HAS_${feature_name})
      set(value 1)
    endif()
    string(APPEND text "/** ${feature_sentence} */\n#define OTLS_WITH_${feature_name} ${value}\n")
    if(NOT value)
      foreach(feature IN LISTS feature_denies)
        string(APPEND denied " \\\n    X(OTLS_FEATURE_${feature}, \"OMNITLS_WITH_${feature_name}\")")
      endforeach()
      foreach(name IN LISTS OMNITLS_ABSENT_${feature_name})
        if("${apart}" MATCHES "[ *]${name}\\(")
          continue() # not among the headers of omnitls.h: its caller fails to link
        endif()
        string(APPEND absent "OTLS_ABSENT(${name}, \"OMNITLS_WITH_${feature_name}\")\n")
      endforeach()
    endif()
  endforeach()
  string(APPEND text "\n/* X(feature, option) for what no engine can do in this library */\n#define OTLS_ABSENT_FEATURES(X)${denied}\n")
  string(APPEND text "\n#endif\n\n/* What is absent, said again once the whole API is known. */\n")
  string(APPEND text "#if defined(OMNITLS_OMNITLS_H) && !defined(OTLS_ABSENT) && defined(__GNUC__)\n")
  # clang's "error" must be on the first declaration; its "unavailable" would also meet unused C++ inlines
  string(APPEND text "#if !defined(__clang__)\n#define OTLS_ABSENT(name, option) \\\n"
    "    extern __typeof__(name) name __attribute__((error(\"omnitls was built without \" option)));\n"
    "#elif !defined(__cplusplus)\n#define OTLS_ABSENT(name, option) \\\n"
    "    extern __typeof__(name) name __attribute__((unavailable(\"omnitls was built without \" option)));\n"
    "#else\n#define OTLS_ABSENT(name, option)\n#endif\n")
  string(APPEND text "#ifdef __cplusplus\nextern \"C\" {\n#endif\n${absent}#ifdef __cplusplus\n}\n#endif\n#endif\n")
  file(GENERATE OUTPUT "${file}" CONTENT "${text}")
endfunction()
