"""import of RELION 3.0. Made by tools/build_catalog.py from relionc/catalog/data; do not edit."""

DATA: dict[str, object] = {
 'name': 'import',
 'version': '3.0',
 'title': 'Import of movies, micrographs and other files',
 'job_dir': 'Import',
 'type_id': '0',
 'job_file': 'run.job',
 'is_tomo': None,
 'options': {
  'fn_in': {
   'key': 'fn_in',
   'label': 'Input files:',
   'kind': 'file',
   'default': 'Micrographs/*.mrcs',
   'description': 'The files to import, seen from the project folder. Wildcards select many movies, micrographs or coordinate files.',
   'group': 'Movies and micrographs',
  },
  'node_type': {
   'key': 'node_type',
   'label': 'Node type:',
   'kind': 'list',
   'default': '2D micrograph movies (*.mrcs, *.tiff)',
   'description': 'What the file is. Since 3.1 it matters only with do_other.',
   'group': 'Others',
   'choices': (
    '2D micrograph movies (*.mrcs, *.tiff)',
    '2D micrographs/tomograms (*.mrc)',
    '2D/3D particle coordinates (*.box, *_pick.star)',
    'Particles STAR file (.star)',
    'Movie-particles STAR file (.star)',
    '2D references (.star or .mrcs)',
    'Micrographs STAR file (.star)',
    '3D reference (.mrc)',
    '3D mask (.mrc)',
    'Unfiltered half-map (unfil.mrc)',
   ),
  },
  'do_queue': {
   'key': 'do_queue',
   'label': 'Submit to queue?',
   'kind': 'bool',
   'default': 'No',
   'description': 'Whether RELION itself submits a script to a queue. Without it RELION starts at most 32 ranks.',
   'role': 'queue',
   'group': 'Running',
  },
  'queuename': {
   'key': 'queuename',
   'label': 'Queue name: ',
   'kind': 'text',
   'default': 'openmpi',
   'description': "Text for XXXqueueXXX in RELION's submission template.",
   'group': 'Running',
  },
  'qsub': {
   'key': 'qsub',
   'label': 'Queue submit command:',
   'kind': 'text',
   'default': 'qsub',
   'description': 'Command with which RELION submits the script it made from the template.',
   'group': 'Running',
  },
  'qsubscript': {
   'key': 'qsubscript',
   'label': 'Standard submission script:',
   'kind': 'file',
   'default': '/public/EM/RELION/relion/bin/relion_qsub.csh',
   'description': "RELION's submission template.",
   'group': 'Running',
  },
  'min_dedicated': {
   'key': 'min_dedicated',
   'label': 'Minimum dedicated cores per node:',
   'kind': 'number',
   'default': '1',
   'description': "Cores per node that RELION's template counts nodes with.",
   'group': 'Running',
   'minimum': 1.0,
   'maximum': 64.0,
  },
  'other_args': {
   'key': 'other_args',
   'label': 'Additional arguments:',
   'kind': 'text',
   'default': '',
   'description': 'Further arguments of the program, added at the end as they are typed.',
   'role': 'extra_args',
   'group': 'Running',
  },
 },
 'outputs': (
  'movies',
  'micrographs',
  'coordinates',
  'particles',
  'movie_particles',
  'references',
  'map',
  'mask',
  'half1',
  'half2',
 ),
 'traits': {
  'mpi': ('const', False),
  'leader': ('const', False),
  'gpu': ('const', False),
  'gpu_possible': ('const', False),
  'one_rank_per_gpu': ('const', False),
  'preread': ('const', False),
  'scratch': ('const', False),
  'threads': ('const', False),
  'memory': (),
  'items': '',
  'rank_rules': (),
  'run_rules': (),
 },
 'program': {
  'steps': (
   (
    'command',
    (('text', (('lit', 'echo', 'echo'), ('gap', ' '), ('lit', 'importing...', 'importing...')), True),),
   ),
   (
    'when',
    (
     'binary',
     0,
     'in',
     ('name', 0, ('node_type',)),
     (
      'list',
      0,
      (('const', '2D micrograph movies (*.mrcs)'), ('const', '2D micrograph movies (*.mrcs, *.tiff)')),
     ),
    ),
    (
     (
      'command',
      (
       (
        'text',
        (
         ('lit', 'relion_star_loopheader', 'relion_star_loopheader'),
         ('gap', ' '),
         ('lit', 'rlnMicrographMovieName', 'rlnMicrographMovieName'),
         ('gap', ' '),
         ('to', '>', False),
         ('gap', ' '),
         ('split', ('name', 0, ('output',))),
         ('lit', 'movies.star', 'movies.star'),
        ),
        False,
       ),
      ),
     ),
     (
      'command',
      (
       (
        'text',
        (
         ('lit', 'ls', 'ls'),
         ('gap', ' '),
         ('lit', '-rt', '-rt'),
         ('gap', ' '),
         ('split', ('name', 0, ('fn_in',))),
         ('gap', ' '),
         ('to', '>>', True),
         ('gap', ' '),
         ('split', ('name', 0, ('output',))),
         ('lit', 'movies.star', 'movies.star'),
        ),
        True,
       ),
      ),
     ),
     ('output', ('movies',), (('name', 0, ('output',)), 'movies.star'), '0'),
    ),
    (),
   ),
   (
    'when',
    ('binary', 0, '==', ('name', 0, ('node_type',)), ('const', '2D micrographs/tomograms (*.mrc)')),
    (
     (
      'command',
      (
       (
        'text',
        (
         ('lit', 'relion_star_loopheader', 'relion_star_loopheader'),
         ('gap', ' '),
         ('lit', 'rlnMicrographName', 'rlnMicrographName'),
         ('gap', ' '),
         ('to', '>', False),
         ('gap', ' '),
         ('split', ('name', 0, ('output',))),
         ('lit', 'micrographs.star', 'micrographs.star'),
        ),
        False,
       ),
      ),
     ),
     (
      'command',
      (
       (
        'text',
        (
         ('lit', 'ls', 'ls'),
         ('gap', ' '),
         ('lit', '-rt', '-rt'),
         ('gap', ' '),
         ('split', ('name', 0, ('fn_in',))),
         ('gap', ' '),
         ('to', '>>', True),
         ('gap', ' '),
         ('split', ('name', 0, ('output',))),
         ('lit', 'micrographs.star', 'micrographs.star'),
        ),
        True,
       ),
      ),
     ),
     ('output', ('micrographs',), (('name', 0, ('output',)), 'micrographs.star'), '1'),
    ),
    (),
   ),
   (
    'when',
    (
     'binary',
     0,
     '==',
     ('name', 0, ('node_type',)),
     ('const', '2D/3D particle coordinates (*.box, *_pick.star)'),
    ),
    (
     (
      'when',
      (
       'call',
       0,
       'in_job_folder',
       (
        (
         'if',
         0,
         ('call', 0, 'contains', (('name', 0, ('fn_in',)), ('const', '/'))),
         ('call', 0, 'before_last', (('name', 0, ('fn_in',)), ('const', '/'))),
         ('const', '.'),
        ),
       ),
      ),
      (
       (
        'command',
        (
         (
          'text',
          (
           ('lit', 'mkdir', 'mkdir'),
           ('gap', ' '),
           ('lit', '-p', '-p'),
           ('gap', ' '),
           ('split', ('name', 0, ('output',))),
           (
            'split',
            (
             'call',
             0,
             'path_in_job',
             (
              (
               'if',
               0,
               ('call', 0, 'contains', (('name', 0, ('fn_in',)), ('const', '/'))),
               ('call', 0, 'before_last', (('name', 0, ('fn_in',)), ('const', '/'))),
               ('const', '.'),
              ),
             ),
            ),
           ),
          ),
          True,
         ),
        ),
       ),
       (
        'command',
        (
         (
          'text',
          (
           ('lit', 'cp', 'cp'),
           ('gap', ' '),
           ('split', ('name', 0, ('fn_in',))),
           ('gap', ' '),
           ('split', ('name', 0, ('output',))),
           (
            'split',
            (
             'call',
             0,
             'path_in_job',
             (
              (
               'if',
               0,
               ('call', 0, 'contains', (('name', 0, ('fn_in',)), ('const', '/'))),
               ('call', 0, 'before_last', (('name', 0, ('fn_in',)), ('const', '/'))),
               ('const', '.'),
              ),
             ),
            ),
           ),
          ),
          True,
         ),
        ),
       ),
      ),
      (
       (
        'command',
        (
         (
          'text',
          (
           ('lit', 'cp', 'cp'),
           ('gap', ' '),
           ('lit', '--parents', '--parents'),
           ('gap', ' '),
           ('split', ('name', 0, ('fn_in',))),
           ('gap', ' '),
           ('split', ('name', 0, ('output',))),
          ),
          True,
         ),
        ),
       ),
      ),
     ),
     (
      'output',
      ('coordinates',),
      (
       ('name', 0, ('output',)),
       'coords_suffix',
       ('call', 0, 'after_last', (('name', 0, ('fn_in',)), ('const', '*'))),
      ),
      '2',
     ),
     (
      'command',
      (
       (
        'text',
        (
         ('gap', ' '),
         ('lit', 'echo', 'echo'),
         ('gap', ' '),
         ('lit', '\\"', '"'),
         ('split', ('call', 0, 'before_last', (('name', 0, ('fn_in',)), ('const', '*')))),
         ('glob', '*.mrc'),
         ('lit', '\\"', '"'),
         ('gap', ' '),
         ('to', '>', False),
         ('gap', ' '),
         ('split', ('name', 0, ('output',))),
         ('lit', 'coords_suffix', 'coords_suffix'),
         ('split', ('call', 0, 'after_last', (('name', 0, ('fn_in',)), ('const', '*')))),
        ),
        True,
       ),
      ),
     ),
    ),
    (),
   ),
   (
    'when',
    (
     'binary',
     0,
     'in',
     ('name', 0, ('node_type',)),
     (
      'list',
      0,
      (
       ('const', 'Particles STAR file (.star)'),
       ('const', 'Movie-particles STAR file (.star)'),
       ('const', 'Micrographs STAR file (.star)'),
       ('const', '2D references (.star or .mrcs)'),
       ('const', '3D reference (.mrc)'),
       ('const', '3D mask (.mrc)'),
       ('const', 'Unfiltered half-map (unfil.mrc)'),
      ),
     ),
    ),
    (
     (
      'command',
      (
       (
        'text',
        (
         ('lit', 'cp', 'cp'),
         ('gap', ' '),
         ('split', ('name', 0, ('fn_in',))),
         ('gap', ' '),
         ('split', ('name', 0, ('output',))),
         ('split', ('call', 0, 'basename', (('name', 0, ('fn_in',)),))),
        ),
        True,
       ),
      ),
     ),
     (
      'when',
      ('binary', 0, '==', ('name', 0, ('node_type',)), ('const', 'Particles STAR file (.star)')),
      (
       (
        'output',
        ('particles',),
        (('name', 0, ('output',)), ('call', 0, 'basename', (('name', 0, ('fn_in',)),))),
        '3',
       ),
      ),
      (),
     ),
     (
      'when',
      ('binary', 0, '==', ('name', 0, ('node_type',)), ('const', 'Movie-particles STAR file (.star)')),
      (
       (
        'output',
        ('movie_particles',),
        (('name', 0, ('output',)), ('call', 0, 'basename', (('name', 0, ('fn_in',)),))),
        '4',
       ),
      ),
      (),
     ),
     (
      'when',
      ('binary', 0, '==', ('name', 0, ('node_type',)), ('const', 'Micrographs STAR file (.star)')),
      (
       (
        'output',
        ('micrographs',),
        (('name', 0, ('output',)), ('call', 0, 'basename', (('name', 0, ('fn_in',)),))),
        '1',
       ),
      ),
      (),
     ),
     (
      'when',
      ('binary', 0, '==', ('name', 0, ('node_type',)), ('const', '2D references (.star or .mrcs)')),
      (
       (
        'output',
        ('references',),
        (('name', 0, ('output',)), ('call', 0, 'basename', (('name', 0, ('fn_in',)),))),
        '5',
       ),
      ),
      (),
     ),
     (
      'when',
      ('binary', 0, '==', ('name', 0, ('node_type',)), ('const', '3D reference (.mrc)')),
      (
       (
        'output',
        ('map',),
        (('name', 0, ('output',)), ('call', 0, 'basename', (('name', 0, ('fn_in',)),))),
        '6',
       ),
      ),
      (),
     ),
     (
      'when',
      ('binary', 0, '==', ('name', 0, ('node_type',)), ('const', '3D mask (.mrc)')),
      (
       (
        'output',
        ('mask',),
        (('name', 0, ('output',)), ('call', 0, 'basename', (('name', 0, ('fn_in',)),))),
        '7',
       ),
      ),
      (),
     ),
     (
      'when',
      ('binary', 0, '==', ('name', 0, ('node_type',)), ('const', 'Unfiltered half-map (unfil.mrc)')),
      (
       (
        'output',
        ('half1',),
        (('name', 0, ('output',)), ('call', 0, 'basename', (('name', 0, ('fn_in',)),))),
        '10',
       ),
      ),
      (),
     ),
     (
      'when',
      ('binary', 0, '==', ('name', 0, ('node_type',)), ('const', 'Unfiltered half-map (unfil.mrc)')),
      (
       (
        'command',
        (
         (
          'text',
          (
           ('lit', 'cp', 'cp'),
           ('gap', ' '),
           (
            'split',
            (
             'if',
             0,
             ('call', 0, 'contains', (('name', 0, ('fn_in',)), ('const', 'half1'))),
             ('call', 0, 'replace_first', (('name', 0, ('fn_in',)), ('const', 'half1'), ('const', 'half2'))),
             ('call', 0, 'replace_first', (('name', 0, ('fn_in',)), ('const', 'half2'), ('const', 'half1'))),
            ),
           ),
           ('gap', ' '),
           ('split', ('name', 0, ('output',))),
           (
            'split',
            (
             'call',
             0,
             'basename',
             (
              (
               'if',
               0,
               ('call', 0, 'contains', (('name', 0, ('fn_in',)), ('const', 'half1'))),
               ('call', 0, 'replace_first', (('name', 0, ('fn_in',)), ('const', 'half1'), ('const', 'half2'))),
               ('call', 0, 'replace_first', (('name', 0, ('fn_in',)), ('const', 'half2'), ('const', 'half1'))),
              ),
             ),
            ),
           ),
          ),
          True,
         ),
        ),
       ),
       (
        'output',
        ('half2',),
        (
         ('name', 0, ('output',)),
         (
          'call',
          0,
          'basename',
          (
           (
            'if',
            0,
            ('call', 0, 'contains', (('name', 0, ('fn_in',)), ('const', 'half1'))),
            ('call', 0, 'replace_first', (('name', 0, ('fn_in',)), ('const', 'half1'), ('const', 'half2'))),
            ('call', 0, 'replace_first', (('name', 0, ('fn_in',)), ('const', 'half2'), ('const', 'half1'))),
           ),
          ),
         ),
        ),
        '10',
       ),
      ),
      (),
     ),
    ),
    (),
   ),
   (
    'refuse',
    (
     'and',
     0,
     (
      'unary',
      0,
      'not',
      (
       'binary',
       0,
       'in',
       ('name', 0, ('node_type',)),
       (
        'list',
        0,
        (('const', '2D micrograph movies (*.mrcs)'), ('const', '2D micrograph movies (*.mrcs, *.tiff)')),
       ),
      ),
     ),
     (
      'binary',
      0,
      'not in',
      ('name', 0, ('node_type',)),
      (
       'list',
       0,
       (
        ('const', '2D micrograph movies (*.mrcs, *.tiff)'),
        ('const', '2D micrographs/tomograms (*.mrc)'),
        ('const', '2D/3D particle coordinates (*.box, *_pick.star)'),
        ('const', 'Particles STAR file (.star)'),
        ('const', 'Movie-particles STAR file (.star)'),
        ('const', '2D references (.star or .mrcs)'),
        ('const', 'Micrographs STAR file (.star)'),
        ('const', '3D reference (.mrc)'),
        ('const', '3D mask (.mrc)'),
        ('const', 'Unfiltered half-map (unfil.mrc)'),
       ),
      ),
     ),
    ),
    'RL106',
    'node_type',
    'this is not one of the types that RELION imports',
    '',
   ),
  ),
  'control': '',
  'marks': {'program': 'relion_', 'parallel': '_mpi`'},
  'local_mpi_limit': 32,
  'star_version': '',
 },
 'source': 'RELION 3.0.8, src/pipeline_jobs.cpp, initialiseImportJob and getCommandsImportJob',
}
